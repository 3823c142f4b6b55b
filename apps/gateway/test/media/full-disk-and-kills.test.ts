import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createMediaStore } from '../../src/media/media-store.ts';
import { startWriter } from '../history/support/history-program.ts';

const built = mkdtempSync(join(tmpdir(), 'picoclaw-media-writer-'));
const program = join(built, 'media-writer.mjs');
beforeAll(async () => {
  const input = fileURLToPath(new URL('./support/media-writer.ts', import.meta.url));
  const bundle = await rolldown({ input, platform: 'node', logLevel: 'silent' });
  await bundle.write({ dir: built, format: 'esm', entryFileNames: '[name].mjs' });
  await bundle.close();
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

function aFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-media-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe.skipIf(process.platform === 'win32')('a process', () => {
  it('whose disk takes no more says so, leaves nothing of it, and stores what fits', async () => {
    const folder = aFolder();
    const said: string[] = [];
    // In blocks of 512 bytes, or of 1024 in some shells.
    await startWriter({ program, folder, task: 'fillUp', limit: 'ulimit -f 40' }, (line) => said.push(line)).ended;
    expect(said).toEqual(['10070 stored', '500000 storage_failed', '9070 stored']);
    const names = readdirSync(folder);
    expect(names).toHaveLength(4);
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('that is killed at any moment loses nothing of what it has stored, and leaves nothing that stays', async () => {
    const folder = aFolder();
    const ids: string[] = [];
    for (const life of [1, 4, 7, 10, 13]) {
      let said = 0;
      await startWriter({ program, folder, task: 'storeForEver' }, (id, child) => {
        ids.push(id);
        said += 1;
        if (said === life) child.kill('SIGKILL');
      }).ended;
    }
    expect(ids.length).toBeGreaterThanOrEqual(35);
    const now = () => Date.now() + 7_200_000;
    const media = createMediaStore({ folder, log: pino({ level: 'silent' }), now });
    onTestFinished(() => media.close());
    await media.sweep();
    for (const id of ids) expect((await media.read(id))?.length).toBe((await media.get(id))?.size);
    const names = readdirSync(folder);
    const whole = names.filter((name) => names.includes(`${name}.json`));
    expect(whole).toEqual(expect.arrayContaining(ids));
    expect(names.sort()).toEqual(whole.flatMap((name) => [name, `${name}.json`]).sort());
  });
});
