import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AppendFile, createAppendFile } from '../../src/history/append-file.ts';

function createPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-append-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'lines.jsonl');
}

function create(path: string, size = 0): AppendFile {
  const file = createAppendFile(path, size);
  onTestFinished(() => file.close());
  return file;
}

const read = (path: string) => readFileSync(path, 'utf8');
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}\n`);
const refused = expect.objectContaining({ name: 'HistoryError', code: 'storage_failed', cause: expect.any(Error) });

describe('a file that only grows', () => {
  it('is not there before the first append, and then its owner alone can read it', async () => {
    const path = createPath();
    const file = create(path);
    expect(() => statSync(path)).toThrow('ENOENT');
    await file.append('a\n', 'synced');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each(['written', 'synced'] as const)('has what was %s when the promise resolves', async (how) => {
    const path = createPath();
    const file = create(path);
    for (const text of ['one\n', 'zwei é 😀\n', '', 'three\n']) {
      const before = file.size;
      await file.append(text, how);
      expect(file.size).toBe(before + Buffer.byteLength(text));
      expect(read(path).endsWith(text)).toBe(true);
      expect(statSync(path).size).toBe(file.size);
    }
  });

  it('keeps the order of what is handed over at once, synced or not', async () => {
    const path = createPath();
    const file = create(path);
    const done: number[] = [];
    await Promise.all(
      numbers(5_000).map(async (text, index) => {
        await file.append(text, index % 3 === 0 ? 'synced' : 'written');
        done.push(index);
      }),
    );
    expect(read(path)).toBe(numbers(5_000).join(''));
    expect(done).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
  });

  it('keeps the order of what is handed over while it is writing', async () => {
    const path = createPath();
    const file = create(path);
    const all: Promise<void>[] = [];
    const texts = numbers(300);
    for (const [index, text] of texts.entries()) {
      all.push(file.append(text, 'synced'));
      if (index % 10 === 0) await all[index];
      if (index % 7 === 0) await new Promise(setImmediate);
    }
    await Promise.all(all);
    expect(read(path)).toBe(texts.join(''));
  });

  it('writes what is larger than one write in one piece', async () => {
    const path = createPath();
    const file = create(path);
    const large = `${'x'.repeat(20 * 1024 * 1024)}\n`;
    await Promise.all([file.append('a\n', 'written'), file.append(large, 'synced'), file.append('b\n', 'written')]);
    expect(read(path) === `a\n${large}b\n`).toBe(true);
  });

  it('cuts off what stood behind the whole bytes, be it longer than what comes', async () => {
    const path = createPath();
    writeFileSync(path, `whole\n${'torn'.repeat(1_000)}`);
    const file = create(path, 'whole\n'.length);
    await file.append('next\n', 'synced');
    expect(read(path)).toBe('whole\nnext\n');
  });

  it('goes on after it was closed, and settles when all is dealt with', async () => {
    const path = createPath();
    const file = create(path);
    void file.append('a\n', 'synced');
    await file.close();
    expect(read(path)).toBe('a\n');
    void file.append('b\n', 'synced');
    void file.close();
    void file.append('c\n', 'written');
    await file.settled();
    expect(read(path)).toBe('a\nb\nc\n');
    await file.close();
    await file.close();
  });

  it('follows no link', async () => {
    const path = createPath();
    writeFileSync(`${path}.other`, 'precious');
    symlinkSync(`${path}.other`, path);
    await expect(create(path).append('a\n', 'synced')).rejects.toEqual(refused);
    expect(read(`${path}.other`)).toBe('precious');
  });

  it('waits for no pipe that nobody reads', async () => {
    const path = createPath();
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    await expect(create(path).append('a\n', 'synced')).rejects.toEqual(refused);
  });
});

describe('a file that gets another content', () => {
  it('has it between what was handed over before and after', async () => {
    const path = createPath();
    const file = create(path);
    const before = ['a\n', 'b\n'].map((text) => file.append(text, 'synced'));
    const replaced = file.replace(async () => `${read(path).length} bytes\n`);
    const after = ['c\n', 'd\n'].map((text) => file.append(text, 'synced'));
    await Promise.all([...before, replaced, ...after]);
    // Whatever had been handed over by then was there to be replaced, or comes behind; nothing is lost in between.
    const text = read(path);
    expect(['4 bytes\nc\nd\n', '8 bytes\n']).toContain(text);
    expect(file.size).toBe(text.length);
  });

  it('loses no append to it, however many there are', async () => {
    const path = createPath();
    const file = create(path);
    const texts = numbers(600);
    const all: Promise<void>[] = [];
    for (const [index, text] of texts.entries()) {
      all.push(file.append(text, index % 2 === 0 ? 'synced' : 'written'));
      if (index % 50 === 0) all.push(file.replace(async () => read(path)));
      if (index % 20 === 0) await new Promise(setImmediate);
    }
    await Promise.all(all);
    expect(read(path)).toBe(texts.join(''));
    expect(file.size).toBe(statSync(path).size);
  });

  it('keeps the one it had when the other cannot be made, and goes on', async () => {
    const path = createPath();
    const file = create(path);
    await file.append('a\n', 'synced');
    await expect(file.replace(() => Promise.reject(new Error('no other')))).rejects.toThrow('no other');
    mkdirSync(`${path}.new`);
    await expect(file.replace(async () => 'other\n')).rejects.toThrow();
    rmSync(`${path}.new`, { recursive: true, force: true });
    await file.append('b\n', 'synced');
    expect(read(path)).toBe('a\nb\n');
    await file.replace(async () => 'other\n');
    await file.append('c\n', 'synced');
    expect(read(path)).toBe('other\nc\n');
  });
});

describe('a file that cannot be written', () => {
  it('says so to all who wait, and takes what comes when it can', async () => {
    const path = createPath();
    const folder = join(path, '..');
    const file = create(path);
    renameSync(folder, `${folder}-away`);
    const outcomes = await Promise.allSettled(numbers(20).map((text) => file.append(text, 'synced')));
    expect(outcomes).toEqual(outcomes.map(() => ({ status: 'rejected', reason: refused })));
    expect(file.size).toBe(0);
    renameSync(`${folder}-away`, folder);
    await file.append('later\n', 'synced');
    expect(read(path)).toBe('later\n');
  });

  it('begins anew where nothing was written when its folder was removed and made again', async () => {
    const path = createPath();
    const folder = join(path, '..');
    const file = create(path);
    rmSync(folder, { recursive: true });
    await expect(file.append('a\n', 'synced')).rejects.toEqual(refused);
    mkdirSync(folder);
    await file.append('b\n', 'synced');
    expect(read(path)).toBe('b\n');
    expect(file.size).toBe(2);
  });
});
