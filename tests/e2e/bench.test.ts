import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../support/processes.ts';

const run = promisify(execFile);
const ROWS = [
  ...['round-trip', 'unix-way', 'relay-cpu', 'idle-memory', 'upgrades', 'stream', 'idle-chats', 'reconnect-storm'],
  ...['start', 'idle-rss', 'first-answer', 'status-route', 'echo', 'hub', 'install'],
];

interface Row {
  readonly id: string;
  readonly failure?: string;
  readonly counts?: readonly { readonly what: string; readonly expected: number; readonly counted: number }[];
}

// How fast anything is says nothing on a machine that tests: only that every row runs, and loses nothing.
it('npm run bench measures every goal, and every message it counts on has come', { timeout: 300_000 }, async () => {
  const { stdout } = await run(process.execPath, ['bench/main.mjs', '--quick', '--json'], {
    cwd: root,
    timeout: 280_000,
  });
  const { isRight, rows } = JSON.parse(stdout) as { isRight: boolean; rows: readonly Row[] };

  expect(rows.map(({ id, failure }) => ({ id, failure }))).toEqual(ROWS.map((id) => ({ id, failure: undefined })));
  for (const { id, counts = [] } of rows) {
    for (const { what, expected, counted } of counts) expect.soft(counted, `${id}: ${what}`).toBe(expected);
  }
  expect(isRight).toBe(true);
});
