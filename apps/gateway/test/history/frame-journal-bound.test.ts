import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFrameJournal } from '../../src/history/frame-journal.ts';
import { created, createFolder, log, stopped, updated } from './support/history-folder.ts';

const MIB = 1024 * 1024;

async function open(path: string, bootId = 'boot-1') {
  const journal = await openFrameJournal({ path, bootId, knownSeq: 0, remember: new Set(), log });
  onTestFinished(() => journal.close());
  return journal;
}

/** Says one answer of that many frames; of each, what a client has to hear. */
function answer(journal: Awaited<ReturnType<typeof open>>, id: string, updates: number) {
  const texts = Array.from({ length: updates }, (_, index) => `${id} ${'some words '.repeat(index + 1)}`);
  const frames = [created(id, `${id} `), ...texts.map((text) => updated(id, text)), stopped];
  return frames.map((frame) => ({ frame, ...journal.add(frame) }));
}

describe('a journal of more than two mebibytes', () => {
  it('is shortened to about one, over and over, and knows its newest frames exactly', async () => {
    const path = join(createFolder(), 'frames.jsonl');
    const journal = await open(path);
    const all: ReturnType<typeof answer> = [];
    let largest = 0;
    let shortened = 0;
    let size = 0;
    for (let number = 0; number < 1_000; number += 1) {
      const said = answer(journal, `m${number}`, 100);
      all.push(...said);
      await Promise.all(said.map(({ written }) => written));
      const before = size;
      ({ size } = statSync(path));
      largest = Math.max(largest, size);
      if (size >= before) continue;
      shortened += 1;
      expect(size).toBeGreaterThan(0.9 * MIB);
      expect(size).toBeLessThan(1.2 * MIB);
    }
    expect(shortened).toBeGreaterThan(2);
    expect(largest).toBeLessThan(2.2 * MIB);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));

    const known = await journal.after(all.length - 500);
    expect(known).toEqual(all.slice(-500).map(({ seq, frame }) => ({ seq, frame })));
    expect(await journal.after(1)).toBeUndefined();
    expect(await journal.after(0)).toBeUndefined();
    await journal.close();

    const next = await open(path);
    expect(next.seq).toBe(all.length);
    expect(await next.after(all.length - 500)).toEqual(known);
    expect(await next.after(1)).toBeUndefined();
    expect(next.add(stopped).seq).toBe(all.length + 1);
  });

  it('gives every number that it still knows of exactly, and none before', async () => {
    const path = join(createFolder(), 'frames.jsonl');
    const first = await open(path);
    const all = [];
    for (let number = 0; number < 600; number += 1) {
      const said = answer(first, `m${number}`, 100);
      all.push(...said);
      await Promise.all(said.map(({ written }) => written));
    }
    await first.close();
    const [oldest = ''] = readFileSync(path, 'utf8').split('\n');
    const { n, boot } = JSON.parse(oldest) as { n: number; boot: string };
    expect(boot).toBe('boot-1');
    expect(n).toBeGreaterThan(0);
    const second = await open(path);
    expect(await second.after(n - 1)).toBeUndefined();
    // The first one that is kept may be in the middle of a text, which is whole all the same.
    expect(await second.after(n)).toEqual(all.slice(n).map(({ seq, frame }) => ({ seq, frame })));
    await second.close();
    expect(await (await open(path, 'boot-2')).after(all.length)).toBeUndefined();
  });
});
