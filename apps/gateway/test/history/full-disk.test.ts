import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolder, createStore } from './support/history-folder.ts';
import { bundleWriter, startWriter } from './support/history-program.ts';

let writer: Awaited<ReturnType<typeof bundleWriter>>;
beforeAll(async () => {
  writer = await bundleWriter();
});
afterAll(() => writer.remove());

describe.skipIf(process.platform === 'win32')('a file that cannot take any more', () => {
  it('keeps nothing of what did not fit, says so, and takes what fits', async () => {
    const folder = createFolder();
    const said: string[] = [];
    // In blocks of 512 bytes, or of 1024 in some shells: room for the one of 18,000 characters, not for the next as well.
    const limit = 'ulimit -f 40';
    await startWriter({ program: writer.program, folder, task: 'fillUp', limit }, (line) => said.push(line)).ended;
    expect(said).toEqual([
      'first storage_failed',
      'behind stored',
      'half stored',
      'late storage_failed',
      'small stored',
    ]);
    const lines = readFileSync(join(folder, 'full.jsonl'), 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    const parsed = lines.map((line): { session_id?: string; message_id?: string } => JSON.parse(line));
    // Whichever comes to be the first message brings the header with it.
    expect(parsed[0]).toMatchObject({ session_id: 'full' });
    expect(parsed.slice(1).map(({ message_id }) => message_id)).toEqual(['behind', 'half', 'small']);
    const history = await createStore(folder).open('full');
    expect(history.find('c-small')).toBe('small');
    expect(history.find('c-too-large')).toBeUndefined();
    expect(history.unanswered.map(({ message_id }) => message_id)).toEqual(['behind', 'half', 'small']);
  });
});
