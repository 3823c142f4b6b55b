import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolder, createStore } from './support/history-folder.ts';
import { bundleWriter, startWriter } from './support/history-program.ts';

const KILLS = 20;
let writer: Awaited<ReturnType<typeof bundleWriter>>;
beforeAll(async () => {
  writer = await bundleWriter();
});
afterAll(() => writer.remove());

/** Lets a process write until it has said so many lines and kills it; answers with all it said. */
async function writeAndKill(folder: string, lines: number): Promise<string[]> {
  const said: string[] = [];
  const { ended } = startWriter({ program: writer.program, folder, task: 'appendForEver' }, (line, child) => {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  });
  await ended;
  return said;
}

describe.skipIf(process.platform === 'win32')('a process that is killed while it writes', () => {
  it('has lost nothing that it told anybody, nor stored it twice, and the next one goes on', async () => {
    const folder = createFolder();
    const safe: string[] = [];
    let lastSeq = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const said = await writeAndKill(folder, 1 + Math.floor(Math.random() * 200));
      safe.push(...said.filter((line) => line.startsWith('message ')).map((line) => line.slice('message '.length)));
      const frames = said.filter((line) => line.startsWith('frame ')).map((line) => line.split(' ').slice(1));
      const history = await createStore(folder).open('killed');
      const found = await history.framesAfter(lastSeq);
      const known = found.ok ? found.frames.map(({ seq, frame }) => `${seq} ${textOf(frame)}`) : [];
      expect(known).toEqual(expect.arrayContaining(frames.map(([seq, text]) => `${seq} ${text}`)));
      expect(known).toHaveLength(history.seq - lastSeq);
      lastSeq = history.seq;
      await history.release();
    }
    // One more message, so that what was torn is repaired.
    const last = await createStore(folder).open('killed');
    await last.addMessage({ message_id: 'last', content: 'last', time: 1 });
    await last.release();
    const lines = readFileSync(join(folder, 'killed.jsonl'), 'utf8').trimEnd().split('\n');
    const stored = lines.slice(1).map((line): string => JSON.parse(line).message_id);
    expect(new Set(stored).size).toBe(stored.length);
    expect(stored).toEqual(expect.arrayContaining(safe));
    expect((await createStore(folder).list({ offset: 0, limit: 1 })).sessions).toMatchObject([
      { id: 'killed', message_count: stored.length },
    ]);
  });
});

const textOf = (frame: object): string =>
  'payload' in frame ? (frame.payload as { message_id: string }).message_id : '';
