import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FrameJournal, openFrameJournal } from '../../src/history/frame-journal.ts';
import { created, createFolder, log, stopped, typing, updated } from './support/history-folder.ts';

const UNKNOWN = 10_000;
const createPath = () => join(createFolder(), 'frames.jsonl');

async function open(path: string, { bootId = 'boot-1', knownSeq = 0, remember = ['x'], maxBytes = 2 ** 21 } = {}) {
  const journal = await openFrameJournal({ path, bootId, knownSeq, remember: new Set(remember), log, maxBytes });
  onTestFinished(() => journal.close());
  return journal;
}

async function say(journal: FrameJournal, ...frames: Parameters<FrameJournal['add']>[0][]): Promise<void> {
  await Promise.all(frames.map((frame) => journal.add(frame).written));
}

const seqsOf = (frames: Awaited<ReturnType<FrameJournal['after']>>) => frames?.map(({ seq }) => seq);

describe('the journal of frames', () => {
  it('writes nothing before there is something to write', async () => {
    const path = createPath();
    const journal = await open(path);
    expect(journal.seq).toBe(0);
    expect(await journal.after(0)).toEqual([]);
    await journal.close();
    expect(() => statSync(path)).toThrow('ENOENT');
  });

  it('gives numbers one after the other and the frames after each', async () => {
    const journal = await open(createPath());
    const frames = [typing, created('x', 'a'), { ...stopped, timestamp: 7 }];
    expect(frames.map((frame) => journal.add(frame).seq)).toEqual([1, 2, 3]);
    expect(await journal.after(0)).toEqual(frames.map((frame, index) => ({ seq: index + 1, frame })));
    expect(await journal.after(2)).toEqual([{ seq: 3, frame: frames[2] }]);
    expect(await journal.after(3)).toEqual([]);
  });

  it.each([4, 1_000_000, -1, 0.5, Number.NaN])('knows nothing after %d, which was never given out', async (after) => {
    const journal = await open(createPath());
    await say(journal, typing, typing, stopped);
    expect(await journal.after(after)).toBeUndefined();
  });

  it('keeps a long answer as what each frame adds, and gives it back whole', async () => {
    const path = createPath();
    const journal = await open(path);
    await say(journal, created('x', 'word '));
    for (let words = 2; words <= 2_000; words += 1) await say(journal, updated('x', 'word '.repeat(words)));
    expect(statSync(path).size).toBeLessThan(200_000);
    const frames = await journal.after(1_998);
    expect(frames).toEqual([
      { seq: 1_999, frame: updated('x', 'word '.repeat(1_999)) },
      { seq: 2_000, frame: updated('x', 'word '.repeat(2_000)) },
    ]);
  });

  it('gives back a text that changed otherwise than by growing, and what else its frame said', async () => {
    const journal = await open(createPath());
    const frames = [created('x', 'abc'), updated('x', 'aXc'), updated('y', 'q'), updated('x', 'aXcd')] as const;
    const last = { type: 'message.update', payload: { message_id: 'x', content: 'aXcde', cancelled: true } } as const;
    await say(journal, ...frames, last, stopped, created('x', 'n'), updated('x', 'new'));
    expect((await journal.after(0))?.map(({ frame }) => frame)).toEqual([
      ...frames,
      last,
      stopped,
      created('x', 'n'),
      updated('x', 'new'),
    ]);
  });

  it('replays to the moment of the question while further frames are said', async () => {
    const journal = await open(createPath());
    for (let number = 0; number < 3_000; number += 1) journal.add(created(`m${number}`, 'x'.repeat(100)));
    let isReplayed = false;
    const talking = (async () => {
      while (!isReplayed) await journal.add(typing).written;
    })();
    const frames = await journal.after(1_000);
    isReplayed = true;
    await talking;
    expect(seqsOf(frames)?.slice(0, 2_000)).toEqual(Array.from({ length: 2_000 }, (_, index) => 1_001 + index));
  });

  it('goes on with the next number in a process that comes after', async () => {
    const path = createPath();
    const first = await open(path);
    await say(first, typing, created('x', 'ab'), updated('x', 'abc'));
    await first.close();
    const second = await open(path);
    expect(second.seq).toBe(3);
    expect(second.said('x')).toBe('abc');
    await say(second, updated('x', 'abcd'));
    expect((await second.after(1))?.map(({ frame }) => frame)).toEqual([
      created('x', 'ab'),
      updated('x', 'abc'),
      updated('x', 'abcd'),
    ]);
  });

  it('cuts off half a line, which nobody was told', async () => {
    const path = createPath();
    const first = await open(path);
    await say(first, typing, created('x', 'a'));
    await first.close();
    writeFileSync(path, '{"n":3,"f":{"type":"typ', { flag: 'a' });
    const second = await open(path);
    expect(second.seq).toBe(2);
    await say(second, stopped);
    expect(seqsOf(await second.after(0))).toEqual([1, 2, 3]);
    for (const line of readFileSync(path, 'utf8').trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });

  it('leaves numbers out after a loss of power, for some may have been sent that are not on the disk', async () => {
    const path = createPath();
    const first = await open(path);
    await say(first, typing, stopped);
    await first.close();
    const second = await open(path, { bootId: 'boot-2' });
    expect(second.seq).toBe(2 + UNKNOWN);
    for (const inTheHole of [1, 2, 3, UNKNOWN]) expect(await second.after(inTheHole)).toBeUndefined();
    await say(second, typing);
    expect(second.seq).toBe(3 + UNKNOWN);
    for (const inTheHole of [1, 2, 3, UNKNOWN]) expect(await second.after(inTheHole)).toBeUndefined();
    expect(seqsOf(await second.after(2 + UNKNOWN))).toEqual([3 + UNKNOWN]);
    await second.close();
    expect((await open(path, { bootId: 'boot-2' })).seq).toBe(3 + UNKNOWN);
  });

  it('does not count a number as told before it is written, for a process that dies has told nobody', async () => {
    const journal = await open(createPath());
    const { seq, written } = journal.add(typing);
    expect([seq, journal.seq, journal.toldSeq]).toEqual([1, 1, 0]);
    await written;
    expect(journal.toldSeq).toBe(1);
  });

  it('begins behind what the history knows when it is gone', async () => {
    const journal = await open(createPath(), { knownSeq: 40 });
    expect(journal.seq).toBe(40 + UNKNOWN);
    expect(await journal.after(40)).toBeUndefined();
    await say(journal, typing);
    expect(seqsOf(await journal.after(40 + UNKNOWN))).toEqual([41 + UNKNOWN]);
  });

  it('goes on behind a line that is damaged, and knows what was said since', async () => {
    const path = createPath();
    const first = await open(path);
    await say(first, typing, created('x', 'a'), updated('x', 'ab'), updated('x', 'abc'), stopped, typing);
    await first.close();
    const lines = readFileSync(path, 'utf8').split('\n');
    lines[3] = '#'.repeat(lines[3]?.length ?? 0);
    writeFileSync(path, lines.join('\n'));
    const second = await open(path);
    expect(second.seq).toBeGreaterThanOrEqual(6);
    await say(second, stopped);
    // A text whose beginning is damaged is not made up.
    for (const before of [0, 1, 2, 3]) expect(await second.after(before)).toBeUndefined();
    expect(seqsOf(await second.after(second.seq - 1))).toEqual([second.seq]);
  });

  it('uses no number twice when its end is damaged', async () => {
    const path = createPath();
    const first = await open(path);
    await say(first, typing, typing, stopped);
    await first.close();
    writeFileSync(path, '####\n', { flag: 'a' });
    expect((await open(path)).seq).toBe(3 + UNKNOWN);
  });

  it('is shortened to its newest half when a message ends, and keeps its numbers', async () => {
    const path = createPath();
    const journal = await open(path, { maxBytes: 20_000 });
    for (let number = 0; number < 300; number += 1) {
      await say(journal, created('x', `${number} `), updated('x', `${number} ${'y'.repeat(200)}`), stopped);
    }
    await journal.close();
    expect(statSync(path).size).toBeLessThan(21_000);
    const next = await open(path, { maxBytes: 20_000 });
    expect(next.seq).toBe(900);
    expect(await next.after(10)).toBeUndefined();
    expect((await next.after(897))?.map(({ frame }) => frame)).toEqual([
      created('x', '299 '),
      updated('x', `299 ${'y'.repeat(200)}`),
      stopped,
    ]);
  });

  it('is shortened though a line of it is damaged, and keeps its newest frames', async () => {
    const path = createPath();
    const first = await open(path);
    await say(first, typing, typing, typing);
    for (let number = 0; number < 50; number += 1) await say(first, created('x', 'y'.repeat(100)), stopped);
    await first.close();
    const lines = readFileSync(path, 'utf8').split('\n');
    lines[2] = '#'.repeat(lines[2]?.length ?? 0);
    writeFileSync(path, lines.join('\n'));
    const second = await open(path, { maxBytes: 3_000 });
    const before = second.seq;
    await say(second, stopped, stopped);
    await second.close();
    const third = await open(path);
    expect(third.seq).toBe(before + 2);
    expect(seqsOf(await third.after(before))).toEqual([before + 1, before + 2]);
  });

  it('knows of a frame that could not be written, and makes up no text without it', async () => {
    const path = createPath();
    const journal = await open(path);
    await say(journal, typing);
    await journal.close();
    rmSync(path);
    mkdirSync(path);
    await expect(journal.add(created('x', 'a')).written).rejects.toMatchObject({ code: 'storage_failed' });
    rmdirSync(path);
    await say(journal, updated('x', 'ab'), updated('x', 'abc'));
    expect(await journal.after(1)).toBeUndefined();
    expect((await journal.after(2))?.map(({ frame }) => frame)).toEqual([updated('x', 'ab'), updated('x', 'abc')]);
  });

  it.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link', (path: string) => symlinkSync('/etc/hostname', path)],
  ])('does without its file when that is %s', async (_, make) => {
    const path = createPath();
    make(path);
    const journal = await open(path, { knownSeq: 5 });
    const { seq, written } = journal.add(typing);
    expect(seq).toBe(6 + UNKNOWN);
    await expect(written).rejects.toMatchObject({ code: 'storage_failed' });
  });
});
