import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Line, linesBackward, linesForward, openToRead } from '../../src/history/lines.ts';

/** What is read at once. */
const CHUNK = 64 * 1024;

function createPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-lines-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'lines.jsonl');
}

/** All lines of a file with that content, in both directions. */
async function readBoth(content: string | Buffer, { from = 0, to }: { from?: number; to?: number } = {}) {
  const path = createPath();
  writeFileSync(path, content);
  const handle = await openToRead(path);
  if (handle === undefined) throw new Error('the file is there');
  try {
    const forward: Line[] = [];
    for await (const line of linesForward(handle, from)) forward.push(line);
    const backward: Line[] = [];
    for await (const line of linesBackward(handle, to ?? Buffer.byteLength(content))) backward.unshift(line);
    return { forward, backward };
  } finally {
    await handle.close();
  }
}

/** What both directions have to say of whole lines. */
function placesOf(texts: readonly string[]): Line[] {
  let end = 0;
  return texts.map((text) => {
    const start = end;
    end += Buffer.byteLength(text) + 1;
    return { text, start, end };
  });
}

const joined = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join('');

describe('the lines of a file', () => {
  it.each<[string, string[]]>([
    ['nothing', []],
    ['one empty line', ['']],
    ['only empty lines', ['', '', '']],
    ['an empty line between others', ['a', '', 'b']],
    ['a newline as the last byte of a chunk', ['x'.repeat(CHUNK - 1), 'after']],
    ['a newline as the first byte of a chunk', ['x'.repeat(CHUNK), 'after']],
    ['a newline as the second byte of a chunk', ['x'.repeat(CHUNK + 1), 'after']],
    ['newlines on both sides of a border', ['x'.repeat(CHUNK - 1), '', 'after']],
    ['lines of exactly one chunk', ['a', 'b', 'c'].map((letter) => letter.repeat(CHUNK - 1))],
    ['a line of many chunks', ['before', 'y'.repeat(5 * CHUNK + 17), 'after']],
    ['a line of many chunks alone', ['z'.repeat(3 * CHUNK)]],
    ['a great many short lines', Array.from({ length: 30_000 }, (_, index) => `line ${index}`)],
  ])('are the same from both ends when it has %s', async (_, texts) => {
    const { forward, backward } = await readBoth(joined(texts));
    expect(forward).toEqual(placesOf(texts));
    expect(backward).toEqual(placesOf(texts));
  });

  it.each([1, 2, 3, 4, 5])('keep characters whole that lie across chunks, %d bytes in front of them', async (shift) => {
    const texts = ['x'.repeat(shift), '😀é漢'.repeat(CHUNK / 4), 'end 😀'];
    const { forward, backward } = await readBoth(joined(texts));
    expect(forward).toEqual(placesOf(texts));
    expect(backward).toEqual(placesOf(texts));
  });

  it.each([
    ['short', 'torn'],
    ['longer than a chunk', 't'.repeat(2 * CHUNK + 3)],
    ['of NULs', '\0'.repeat(CHUNK)],
    ['within a character', Buffer.from('😀').subarray(0, 2)],
  ])('are those with a newline: an end without one is none, be it %s', async (_, end) => {
    const texts = ['first', 'x'.repeat(CHUNK), 'last'];
    const { forward, backward } = await readBoth(Buffer.concat([Buffer.from(joined(texts)), Buffer.from(end)]));
    expect(forward).toEqual(placesOf(texts));
    expect(backward).toEqual(placesOf(texts));
  });

  it.each(['x', 'x'.repeat(CHUNK), 'x'.repeat(CHUNK * 2 + 1)])(
    'are none when there is no newline at all',
    async (text) => {
      expect(await readBoth(text)).toEqual({ forward: [], backward: [] });
    },
  );

  it('can be read from where others ended, and up to where others begin', async () => {
    const texts = Array.from({ length: 20_000 }, (_, index) => `line ${index} é`);
    const places = placesOf(texts);
    const at = places[12_345]?.start ?? 0;
    const { forward, backward } = await readBoth(joined(texts), { from: at, to: at });
    expect(forward).toEqual(places.slice(12_345));
    expect(backward).toEqual(places.slice(0, 12_345));
  });

  it('leave out what the end cuts through', async () => {
    const { backward } = await readBoth('one\ntwo\nthree\n', { to: 'one\ntw'.length });
    expect(backward).toEqual([{ text: 'one', start: 0, end: 4 }]);
  });

  it('are not found behind the end of the file', async () => {
    expect((await readBoth('one\n', { from: 100 })).forward).toEqual([]);
  });
});

describe('a file that is opened to be read', () => {
  it('is nothing when it is not there', async () => {
    expect(await openToRead(createPath())).toBeUndefined();
  });

  it('is not what a link leads to', async () => {
    const path = createPath();
    writeFileSync(`${path}.other`, 'precious\n');
    symlinkSync(`${path}.other`, path);
    await expect(openToRead(path)).rejects.toMatchObject({ code: 'ELOOP' });
  });

  it('is neither a pipe that nobody writes, which is not waited for, nor a folder nor a device', async () => {
    const path = createPath();
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    for (const other of [path, dirname(path), '/dev/zero'])
      await expect(openToRead(other)).rejects.toThrow(`${other} is not an ordinary file`);
  });
});
