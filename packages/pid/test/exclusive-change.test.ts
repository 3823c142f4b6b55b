import { readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { changeExclusively } from '../src/exclusive-change.ts';
import { currentProcess } from '../src/index.ts';
import { inspectRecordFile } from '../src/record-file.ts';
import { lockName } from '../src/sibling-file.ts';
import { aDeadPid } from './support/processes.ts';
import { aPidFile } from './support/records.ts';

const self = currentProcess();

function digestOf(path: string): string {
  const file = inspectRecordFile(path);
  if (file.state !== 'present') throw new Error(file.state);
  return file.digest;
}

/** Puts another file in place, as a take-over does. */
function replaceBy(path: string, text: string): () => void {
  return () => {
    writeFileSync(`${path}.next`, text);
    renameSync(`${path}.next`, path);
  };
}

test('a file in the expected state is changed', async () => {
  const path = aPidFile('old');
  expect(await changeExclusively(path, digestOf(path), replaceBy(path, 'new'))).toBe('done');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(join(path, '..'))).toEqual(['.picoclaw.pid']);
});

test('a file that has another content, or the same content in another file, is not', async () => {
  const path = aPidFile('old');
  const seen = digestOf(path);
  replaceBy(path, 'new')();
  expect(await changeExclusively(path, seen, replaceBy(path, 'mine'))).toBe('changed');
  expect(readFileSync(path, 'utf8')).toBe('new');
  replaceBy(path, 'old')();
  expect(await changeExclusively(path, seen, replaceBy(path, 'mine'))).toBe('changed');
  expect(readFileSync(path, 'utf8')).toBe('old');
});

test('a change that fails gives the right back', async () => {
  const path = aPidFile('old');
  const fail = () => {
    throw new Error('disk full');
  };
  await expect(changeExclusively(path, digestOf(path), fail)).rejects.toThrow('disk full');
  expect(readdirSync(join(path, '..'))).toEqual(['.picoclaw.pid']);
  expect(await changeExclusively(path, digestOf(path), replaceBy(path, 'new'))).toBe('done');
});

test('a lock of a living process is respected, and after a while complained about', async () => {
  const path = aPidFile('old');
  const lock = lockName(path, digestOf(path));
  writeFileSync(lock, JSON.stringify(self));
  utimesSync(lock, 1, 1);
  const change = changeExclusively(path, digestOf(path), replaceBy(path, 'new'), { busyTimeoutMs: 50 });
  await expect(change).rejects.toMatchObject({ code: 'pid_file_busy', path });
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(join(path, '..')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('a lock of a process that nobody can look up counts while it is young', async () => {
  const path = aPidFile('old');
  const lock = lockName(path, digestOf(path));
  writeFileSync(lock, JSON.stringify({ ...self, pidNamespace: 1 }));
  const attempt = () => changeExclusively(path, digestOf(path), replaceBy(path, 'new'), { busyTimeoutMs: 50 });
  await expect(attempt()).rejects.toMatchObject({ code: 'pid_file_busy' });
  utimesSync(lock, 1, 1);
  expect(await attempt()).toBe('done');
});

test.each<[string, () => Promise<string>]>([
  ['a dead process', async () => JSON.stringify({ ...self, pid: await aDeadPid() })],
  ['an earlier process with a pid that lives', async () => JSON.stringify({ ...self, startTime: '1' })],
  ['nobody knows whom', async () => 'garbage'],
])('a lock of %s is succeeded, and the chain is cleared', async (_, holder) => {
  const path = aPidFile('old');
  const first = lockName(path, digestOf(path));
  writeFileSync(first, await holder());
  writeFileSync(lockName(path, digestOf(first)), await holder());
  expect(await changeExclusively(path, digestOf(path), replaceBy(path, 'new'), { busyTimeoutMs: 50 })).toBe('done');
  expect(readdirSync(join(path, '..'))).toEqual(['.picoclaw.pid']);
});
