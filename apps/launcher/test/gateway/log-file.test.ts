import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLogFile } from '../../src/gateway/log-file.ts';

function aLogFile() {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-log-file-'));
  const path = join(folder, 'gateway.log');
  const errors: string[] = [];
  const file = createLogFile({ folder, name: 'gateway.log', onError: ({ message }) => errors.push(message) });
  onTestFinished(async () => {
    await file.release();
    rmSync(folder, { recursive: true, force: true });
  });
  return { file, path, errors };
}

/** Whether this process has the file open. */
const isOpen = (path: string) =>
  readdirSync('/proc/self/fd').some((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === path;
    } catch {
      // The one by which the folder was read is gone again.
      return false;
    }
  });

test('it is open only while somebody writes, and goes on where it ended', async () => {
  const { file, path } = aLogFile();
  file.write('one');
  await expect.poll(() => isOpen(path)).toBe(true);
  await file.release();
  expect(isOpen(path)).toBe(false);
  file.write('two');
  await file.release();
  await file.release();
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
});

test('a disk that does not keep up costs lines of the file and no memory, is said once, and recovers', async () => {
  const { file, path, errors } = aLogFile();
  const line = 'x'.repeat(8_000);
  // In one turn of the event loop, in which no disk has a chance.
  for (let count = 0; count < 3_000; count += 1) file.write(line);
  expect(errors).toEqual(['the disk is slower than the gateway prints: lines are left out']);
  const text = () => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  await expect
    .poll(() => {
      file.write('afterwards');
      return text();
    })
    .toContain(`${line}\nafterwards\n`);
  await file.release();
  expect(text().length).toBeGreaterThan(8 * 1024 * 1024);
  expect(text().length).toBeLessThan(9 * 1024 * 1024);
  expect(errors).toHaveLength(1);
});

test.each([
  ['a folder', (path: string) => mkdirSync(path)],
  ['a pipe that nobody reads', (path: string) => void execFileSync('sh', ['-c', 'mkfifo "$0"', path])],
])('%s in its place is said once, and nobody waits for it', async (_what, make) => {
  const { file, path, errors } = aLogFile();
  make(path);
  file.write('one');
  await expect.poll(() => errors).toEqual([expect.stringContaining('it is not a file')]);
  file.write('two');
  await file.release();
  expect(errors).toHaveLength(1);
});
