import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolder, createStore } from './support/history-folder.ts';
import { bundleWriter, startWriter } from './support/history-program.ts';

let writer: Awaited<ReturnType<typeof bundleWriter>>;
beforeAll(async () => {
  writer = await bundleWriter();
});
afterAll(() => writer.remove());

describe.skipIf(!existsSync('/proc/self/fd'))('more sessions that write at once than files may be open', () => {
  it('are all stored, one after the other', async () => {
    const folder = createFolder();
    const said: string[] = [];
    const limit = 'ulimit -n 256';
    await startWriter({ program: writer.program, folder, task: 'writeInMany', limit }, (line) => said.push(line)).ended;
    expect(said.slice(0, 3)).toEqual(['round stored', 'round stored', 'round stored']);
    expect(Number(said[3]?.slice('most '.length))).toBeLessThan(200);
    const { sessions, total } = await createStore(folder).list({ offset: 0, limit: 400 });
    expect(total).toBe(400);
    expect(new Set(sessions.map(({ message_count }) => message_count))).toEqual(new Set([3]));
  });
});
