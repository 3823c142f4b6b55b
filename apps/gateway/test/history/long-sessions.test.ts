import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, createFolder, createStore, messageOf } from './support/history-folder.ts';
import { bundleWriter, startWriter } from './support/history-program.ts';

const MESSAGES = 100_000;
let writer: Awaited<ReturnType<typeof bundleWriter>>;
beforeAll(async () => {
  writer = await bundleWriter();
});
afterAll(() => writer.remove());

const headerOf = (session_id: string) => JSON.stringify({ v: 1, session_id, created: '2026-01-01T00:00:00.000Z' });

/** A session as it is after a long time. */
function* longSession(id: string, messages = MESSAGES): Generator<string> {
  yield `${headerOf(id)}\n`;
  for (let number = 0; number < messages / 2; number += 1) {
    yield `${JSON.stringify({ role: 'user', ...messageOf(number), seq: number })}\n`;
    yield `${JSON.stringify({ role: 'assistant', ...answerOf(number, `an answer of some words, number ${number}`) })}\n`;
  }
}

describe('a session of 100,000 messages', () => {
  it.skipIf(process.platform === 'win32')('is opened and read from its end, in a bounded memory', async () => {
    const folder = createFolder();
    await pipeline(Readable.from(longSession('long')), createWriteStream(join(folder, 'long.jsonl')));
    await pipeline(Readable.from(longSession('short', 10_000)), createWriteStream(join(folder, 'short.jsonl')));
    // Their list has been made by an earlier process.
    const store = createStore(folder);
    await store.list({ offset: 0, limit: 1 });
    await store.close();
    const measured = new Map<string, number>();
    const { ended } = startWriter({ program: writer.program, folder, task: 'readLong' }, (line) => {
      const [name = '', value] = line.split(' ');
      measured.set(name, Number(value));
    });
    await ended;
    expect(measured.get('lines')).toBe(MESSAGES + 1);
    // The specification says so: the last page within 100 ms, memory within 20 MB.
    expect(measured.get('page')).toBeLessThan(100);
    expect(measured.get('grown')).toBeLessThan(20);
  });

  it('is listed after a look at all of it', async () => {
    const folder = createFolder();
    await pipeline(Readable.from(longSession('long')), createWriteStream(join(folder, 'long.jsonl')));
    const { sessions } = await createStore(folder).list({ offset: 0, limit: 1 });
    expect(sessions).toMatchObject([{ title: 'message 0', message_count: MESSAGES }]);
  });
});

describe('a thousand sessions', () => {
  it('are listed within 100 ms once the list is there', async () => {
    const folder = createFolder();
    mkdirSync(folder, { recursive: true });
    for (let number = 0; number < 1_000; number += 1) {
      const message = JSON.stringify({ role: 'user', ...messageOf(number) });
      writeFileSync(join(folder, `s${number}.jsonl`), `${headerOf(`s${number}`)}\n${message}\n`);
    }
    const first = createStore(folder);
    expect(await first.list({ offset: 0, limit: 1 })).toMatchObject({ total: 1_000, sessions: [{ id: 's999' }] });
    const start = performance.now();
    const { sessions } = await first.list({ offset: 0, limit: 1_000 });
    expect(performance.now() - start).toBeLessThan(100);
    expect(sessions).toHaveLength(1_000);
  });
});
