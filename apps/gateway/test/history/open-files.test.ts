import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAppendFile } from '../../src/history/append-file.ts';
import { createOpenFiles, openFilesOfThisProcess } from '../../src/history/open-files.ts';
import { createFolder } from './support/history-folder.ts';

describe('files that share few descriptors', () => {
  it('all get their turn, however many write at once, and however often', async () => {
    const folder = createFolder();
    const openFiles = createOpenFiles(2);
    const files = Array.from({ length: 20 }, (_, index) =>
      createAppendFile(join(folder, `${index}`), 0, { openFiles }),
    );
    onTestFinished(async () => void (await Promise.all(files.map((file) => file.close()))));
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(files.map((file) => file.append(`${round}\n`, 'synced')));
    }
    const contents = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(contents).toEqual(Array(20).fill('0\n1\n2\n'));
  });

  it('give room to one that waits as soon as one of them rests', async () => {
    const openFiles = createOpenFiles(1);
    const closed = new AbortController();
    const holder = {
      async close() {
        openFiles.leave(holder);
        closed.abort();
      },
    };
    await openFiles.enter();
    const waiting = openFiles.enter();
    const isClosed = once(closed.signal, 'abort');
    openFiles.rest(holder);
    await Promise.all([isClosed, waiting]);
    expect(closed.signal.aborted).toBe(true);
  });
});

describe('how many files one process keeps open', () => {
  const limits = (soft: string) => () =>
    `Limit                     Soft Limit           Hard Limit           Units\nMax open files            ${soft.padEnd(20)} 1048576              files\n`;

  it.each([
    ['256', 64],
    ['1024', 256],
    ['1048576', 1_024],
    ['unlimited', 1_024],
  ])('is a quarter of what it may open, within reason: of %s %d', (soft, expected) => {
    expect(openFilesOfThisProcess(limits(soft))).toBe(expected);
  });

  it('is little where the system does not say what it may open', () => {
    expect(openFilesOfThisProcess(() => '')).toBe(128);
  });
});
