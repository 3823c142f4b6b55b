import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLogTail } from '../src/log-tail.ts';

function aFile(text?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-tail-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'gateway.log');
  if (text !== undefined) writeFileSync(path, text);
  return { folder, path, tail: createLogTail(path) };
}

test('what is there comes first, and then what is added, each line when it is whole', () => {
  const { path, tail } = aFile('one\ntwo\nthr');
  expect(tail.read()).toEqual(['one', 'two']);
  expect(tail.read()).toEqual([]);
  appendFileSync(path, 'ee\nfour\n');
  expect(tail.read()).toEqual(['three', 'four']);
});

test('a character that is written in two parts is whole', () => {
  const { path, tail } = aFile('');
  const bytes = Buffer.from('né\n');
  appendFileSync(path, bytes.subarray(0, 2));
  expect(tail.read()).toEqual([]);
  appendFileSync(path, bytes.subarray(2));
  expect(tail.read()).toEqual(['né']);
});

test('a file that comes later is followed from its beginning', () => {
  const { path, tail } = aFile();
  expect(tail.read()).toEqual([]);
  writeFileSync(path, 'one\n');
  expect(tail.read()).toEqual(['one']);
});

test('a rotation loses nothing of the old file and begins with the new one', () => {
  const { path, tail } = aFile('one\n');
  expect(tail.read()).toEqual(['one']);
  appendFileSync(path, 'two\n');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'three\n');
  expect(tail.read()).toEqual(['two', 'three']);
  appendFileSync(path, 'four\n');
  expect(tail.read()).toEqual(['four']);
});

test('a file that was cut begins anew', () => {
  const { path, tail } = aFile('one\ntwo\n');
  tail.read();
  truncateSync(path);
  appendFileSync(path, 'three\n');
  expect(tail.read()).toEqual(['three']);
});

test('of a huge file the end is read, from a whole line on', () => {
  const line = `${'x'.repeat(99)}\n`;
  const { tail } = aFile(`${line.repeat(30_000)}the end\n`);
  const lines = tail.read();
  expect(lines.at(-1)).toBe('the end');
  expect(lines.length).toBeGreaterThan(10_000);
  expect(lines.length).toBeLessThan(10_500);
  expect(new Set(lines.map(({ length }) => length))).toEqual(new Set([99, 7]));
});

test('a symbolic link, a folder and a pipe have no lines, and nobody waits for one', () => {
  const { folder, path, tail } = aFile();
  writeFileSync(join(folder, 'elsewhere'), 'secret\n');
  symlinkSync(join(folder, 'elsewhere'), path);
  expect(tail.read()).toEqual([]);
  rmSync(path);
  execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
  expect(tail.read()).toEqual([]);
  expect(createLogTail(folder).read()).toEqual([]);
});

test('no descriptor stays open', () => {
  const { path, tail } = aFile('one\n');
  tail.read();
  const before = readdirSync('/proc/self/fd').length;
  for (let round = 0; round < 100; round += 1) {
    appendFileSync(path, 'more\n');
    tail.read();
  }
  // What others have left behind may go meanwhile.
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
});
