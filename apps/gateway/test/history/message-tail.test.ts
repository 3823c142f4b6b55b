import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MAX_IDS, readMessageTail } from '../../src/history/message-tail.ts';

function createPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-tail-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'talk.jsonl');
}

/** Reads the tail of a file; `codes` is what was logged of it. */
async function read(path: string) {
  const codes: unknown[] = [];
  const log = pino(
    new Writable({
      write(line, _, done) {
        codes.push(JSON.parse(line.toString()).code);
        done();
      },
    }),
  );
  return { ...(await readMessageTail(path, log)), codes };
}

const line = (value: object) => `${JSON.stringify(value)}\n`;
const header = line({ v: 1, session_id: 'talk', created: '2026-01-01T00:00:00.000Z' });
const asked = (number: number, more: object = {}) =>
  line({ role: 'user', message_id: `m${number}`, id: `c${number}`, content: `question ${number}`, time: 1, ...more });
const answered = (number: number, more: object = {}) =>
  line({ role: 'assistant', message_id: `a${number}`, reply_to: `m${number}`, content: 'yes', time: 1, ...more });
const idsOf = ({ unanswered }: { unanswered: readonly { message_id: string }[] }) =>
  unanswered.map(({ message_id }) => message_id);

describe('the tail of a history', () => {
  it('is empty where there is no file, nor anything in it', async () => {
    const path = createPath();
    const nothing = { size: 0, ids: new Map(), unanswered: [], seq: 0, codes: [] };
    expect(await read(path)).toEqual(nothing);
    writeFileSync(path, '');
    expect(await read(path)).toEqual(nothing);
    writeFileSync(path, header);
    expect(await read(path)).toEqual({ ...nothing, size: header.length });
  });

  it('knows sizes, ids and the highest number, be it not the last', async () => {
    const path = createPath();
    const text = header + asked(1, { seq: 3 }) + answered(1, { seq: 90 }) + asked(2, { seq: 7, content: 'é😀' });
    writeFileSync(path, text);
    const tail = await read(path);
    expect(tail).toMatchObject({ size: Buffer.byteLength(text), seq: 90, codes: [] });
    expect([...tail.ids]).toEqual([
      ['c1', 'm1'],
      ['c2', 'm2'],
    ]);
  });

  it('has messages without an answer in their order, whichever were answered in between', async () => {
    const path = createPath();
    writeFileSync(path, header + [1, 2, 3, 4, 5].map((number) => asked(number)).join('') + answered(4) + answered(2));
    const tail = await read(path);
    expect(idsOf(tail)).toEqual(['m1', 'm3', 'm5']);
    // Without what only the file is to know.
    expect(tail.unanswered[0]).toEqual({ role: 'user', message_id: 'm1', id: 'c1', content: 'question 1', time: 1 });
  });

  it('takes what was cancelled or failed for answered', async () => {
    const path = createPath();
    writeFileSync(path, header + asked(1) + asked(2) + answered(1, { cancelled: true }) + answered(2, { error: 'no' }));
    expect(idsOf(await read(path))).toEqual([]);
  });

  it.each([
    ['half a message', '{"role":"user","message_id":"m3","cont'],
    ['a message without its newline', asked(3).trimEnd()],
    ['a half character', Buffer.from('{"role":"user","content":"😀').subarray(0, -2)],
    ['half a line that is longer than a chunk', `{"role":"user","content":"${'x'.repeat(200_000)}`],
    ['NULs', '\0'.repeat(4_096)],
    ['very many NULs', '\0'.repeat(300_000)],
    ['a whole line that is no JSON', '{"role":"us\n'],
    ['NULs and a newline', `${'\0'.repeat(100)}\n`],
  ])('ends before %s', async (_, end) => {
    const path = createPath();
    const whole = header + asked(1) + asked(2);
    writeFileSync(path, whole);
    appendFileSync(path, end);
    const tail = await read(path);
    expect(tail.size).toBe(whole.length);
    expect(idsOf(tail)).toEqual(['m1', 'm2']);
    expect(tail.ids.get('c3')).toBeUndefined();
    expect(tail.codes).toContain('history_repaired');
  });

  it('is empty when nothing but half a header is there', async () => {
    const path = createPath();
    writeFileSync(path, header.slice(0, -3));
    expect(await read(path)).toMatchObject({ size: 0, unanswered: [], codes: ['history_repaired'] });
  });

  it('reads the rest when a line in the middle cannot be read, and says so once', async () => {
    const path = createPath();
    const whole = [header, asked(1), '{"role":"us\n', asked(2), '\0\0\0\n', answered(1), asked(3)].join('');
    writeFileSync(path, whole);
    const tail = await read(path);
    expect(tail.size).toBe(whole.length);
    expect(idsOf(tail)).toEqual(['m2', 'm3']);
    expect(tail.codes).toEqual(['history_damaged']);
  });

  it('skips what is JSON but no message', async () => {
    const path = createPath();
    const strange = ['null', '7', '[]', '{}', '"x"', '{"role":"user"}', '{"__proto__":{"role":"user"}}'];
    writeFileSync(path, header + asked(1) + strange.map((each) => `${each}\n`).join('') + asked(2));
    expect(idsOf(await read(path))).toEqual(['m1', 'm2']);
  });

  it('knows the newest ids of many, the oldest of them first', async () => {
    const path = createPath();
    const count = MAX_IDS + 500;
    writeFileSync(path, header + Array.from({ length: count }, (_, index) => asked(index) + answered(index)).join(''));
    const { ids, unanswered } = await read(path);
    expect(ids.size).toBe(MAX_IDS);
    expect(ids.get('c499')).toBeUndefined();
    expect([...ids.keys()][0]).toBe('c500');
    expect(ids.get(`c${count - 1}`)).toBe(`m${count - 1}`);
    expect(unanswered).toEqual([]);
  });

  it('takes the newest of two messages with one id', async () => {
    const path = createPath();
    writeFileSync(path, header + asked(1, { id: 'same' }) + asked(2, { id: 'same' }));
    expect([...(await read(path)).ids]).toEqual([['same', 'm2']]);
  });

  it('takes ids for nothing but names', async () => {
    const path = createPath();
    const ids = ['__proto__', 'constructor', '', '../x', 'a\0b', '😀'];
    writeFileSync(path, header + ids.map((id, index) => asked(index, { id })).join(''));
    const tail = await read(path);
    expect([...tail.ids.keys()]).toEqual(ids);
    expect(tail.ids.get('toString')).toBeUndefined();
  });

  it('knows a message that waits though ten thousand others have been answered since by people without ids', async () => {
    const path = createPath();
    const pairs = Array.from({ length: 10_000 }, (_, index) => asked(index, { id: undefined }) + answered(index));
    writeFileSync(path, header + asked(-1, { id: undefined }) + pairs.join(''));
    expect(idsOf(await read(path))).toEqual(['m-1']);
  });

  it('knows all of the last messages that may wait or come again, however large they are', async () => {
    const path = createPath();
    const large = 'x'.repeat(100_000);
    const numbers = Array.from({ length: 400 }, (_, index) => index);
    writeFileSync(path, header + numbers.map((number) => asked(number, { content: large })).join(''));
    const tail = await read(path);
    expect(idsOf(tail)).toEqual(numbers.map((number) => `m${number}`));
    expect(tail.ids.size).toBe(400);
  });

  it('reads no further back than it needs to', async () => {
    const path = createPath();
    const numbers = Array.from({ length: 2_000 }, (_, index) => index);
    const pairs = numbers.map((number) => asked(number, { content: 'x'.repeat(20_000) }) + answered(number));
    writeFileSync(path, header + pairs.join(''));
    const { ids } = await read(path);
    expect(ids.get('c1999')).toBe('m1999');
    expect(ids.size).toBeGreaterThanOrEqual(512);
    expect(ids.size).toBeLessThan(600);
  });
});
