import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerOf, created, createFolder, createStore, messageOf, updated } from './support/history-folder.ts';

const linesOf = (path: string): { content?: string }[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const contentsOf = (path: string) => linesOf(path).flatMap(({ content }) => content ?? []);

describe('the history of a session', () => {
  it('writes nothing before there is something to write', async () => {
    const folder = createFolder();
    const history = await createStore(folder).open('talk');
    await history.release();
    expect(existsSync(join(folder, 'talk.jsonl'))).toBe(false);
  });

  it('is a header and one line for each message, for its owner alone', async () => {
    const folder = join(createFolder(), 'sessions');
    const history = await createStore(folder).open('talk');
    await history.addMessage(messageOf(1));
    await history.addAnswer(answerOf(1));
    const path = join(folder, 'talk.jsonl');
    expect(linesOf(path)).toMatchObject([
      { v: 1, session_id: 'talk', created: expect.stringMatching(/^\d{4}-.*Z$/) },
      { role: 'user', message_id: 'm1', id: 'c1', content: 'message 1' },
      { role: 'assistant', message_id: 'a1', reply_to: 'm1', content: 'answer 1' },
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await history.release();
  });

  it('keeps the order of messages that are stored at once', async () => {
    const folder = createFolder();
    const history = await createStore(folder).open('talk');
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    await Promise.all(numbers.map((number) => history.addMessage(messageOf(number))));
    expect(contentsOf(join(folder, 'talk.jsonl'))).toEqual(numbers.map((number) => `message ${number}`));
    await history.release();
  });

  it('knows the ids of clients, also of those before its time', async () => {
    const folder = createFolder();
    const first = await createStore(folder).open('talk');
    expect(first.find('c1')).toBeUndefined();
    await first.addMessage(messageOf(1));
    expect(first.find('c1')).toBe('m1');
    await first.release();
    const second = await createStore(folder).open('talk');
    expect(second.find('c1')).toBe('m1');
    expect(second.find('c2')).toBeUndefined();
  });

  it('forgets the oldest of many ids', async () => {
    const history = await createStore(createFolder()).open('talk');
    await Promise.all(Array.from({ length: 4_097 }, (_, index) => history.addMessage(messageOf(index))));
    expect(history.find('c0')).toBeUndefined();
    expect(history.find('c1')).toBe('m1');
    expect(history.find('c4096')).toBe('m4096');
    await history.release();
  });

  it('knows which messages wait for an answer, in order, and what was said of it', async () => {
    const folder = createFolder();
    const first = await createStore(folder).open('talk');
    for (const number of [1, 2, 3]) await first.addMessage(messageOf(number));
    await first.addAnswer(answerOf(2));
    await first.release();
    const store = createStore(folder);
    expect(await store.unanswered()).toEqual(['talk']);
    const second = await store.open('talk');
    expect(second.unanswered.map(({ message_id }) => message_id)).toEqual(['m1', 'm3']);
    for (const number of [1, 3]) await second.addAnswer({ ...answerOf(number), cancelled: number === 3 });
    await second.release();
    expect(await store.unanswered()).toEqual([]);
    expect((await store.open('talk')).unanswered).toEqual([]);
  });

  it('goes on with its numbers, and takes others when only the journal is lost', async () => {
    const folder = createFolder();
    const first = await createStore(folder).open('talk');
    first.addFrame(created('x', 'a'));
    await first.addFrame(updated('x', 'ab')).written;
    await first.addMessage(messageOf(1));
    await first.release();
    const second = await createStore(folder).open('talk');
    expect(second.seq).toBe(2);
    expect(await second.framesAfter(1)).toEqual({ ok: true, frames: [{ seq: 2, frame: updated('x', 'ab') }] });
    await second.release();
    writeFileSync(join(folder, 'frames', 'talk.jsonl'), '');
    const third = await createStore(folder).open('talk');
    expect(third.seq).toBe(10_002);
    expect(await third.framesAfter(2)).toEqual({ ok: false });
  });

  it.each(['{"role":"user","message_id":"torn', '{"role":"user"', '\0\0\0\0\0\0', '{"role":"us\n'])(
    'cuts off a torn end (%j) and goes on behind it',
    async (torn) => {
      const folder = createFolder();
      const path = join(folder, 'talk.jsonl');
      const first = await createStore(folder).open('talk');
      await first.addMessage(messageOf(1));
      await first.release();
      appendFileSync(path, torn);
      const store = createStore(folder);
      expect((await store.page('talk', { limit: 10 }))?.messages).toHaveLength(1);
      const second = await store.open('talk');
      await second.addMessage(messageOf(2));
      expect(contentsOf(path)).toEqual(['message 1', 'message 2']);
      await second.release();
    },
  );

  it('cuts off no whole line at the end, though it does not know what that is', async () => {
    const folder = createFolder();
    const path = join(folder, 'talk.jsonl');
    const first = await createStore(folder).open('talk');
    await first.addMessage(messageOf(1));
    await first.release();
    appendFileSync(path, '{"role":"observer","of":"a later version"}\n');
    const second = await createStore(folder).open('talk');
    await second.addMessage(messageOf(2));
    expect(linesOf(path)).toHaveLength(4);
    await second.release();
  });

  it('skips a line in the middle that cannot be read', async () => {
    const folder = createFolder();
    const path = join(folder, 'talk.jsonl');
    const first = await createStore(folder).open('talk');
    for (const number of [1, 2, 3]) await first.addMessage(messageOf(number));
    await first.release();
    writeFileSync(path, readFileSync(path, 'utf8').replace('"message 2"', '"mess\u0001ge 2'));
    const store = createStore(folder);
    const second = await store.open('talk');
    expect(second.unanswered.map(({ content }) => content)).toEqual(['message 1', 'message 3']);
    expect((await second.recent(1_000)).map(({ content }) => content)).toEqual(['message 1', 'message 3']);
    expect((await store.page('talk', { limit: 10 }))?.messages).toHaveLength(2);
    await second.release();
  });

  it('stores messages without a journal, which is not needed for that', async () => {
    const folder = createFolder();
    mkdirSync(join(folder, 'frames', 'talk.jsonl'), { recursive: true });
    const history = await createStore(folder).open('talk');
    await expect(history.addFrame(created('x', 'a')).written).rejects.toMatchObject({ code: 'storage_failed' });
    await history.addMessage(messageOf(1));
    expect(contentsOf(join(folder, 'talk.jsonl'))).toEqual(['message 1']);
    await history.release();
  });

  it('follows no link that somebody put in its place', async () => {
    const folder = createFolder();
    const other = join(folder, 'other');
    writeFileSync(other, 'precious');
    const history = await createStore(folder).open('talk');
    symlinkSync(other, join(folder, 'talk.jsonl'));
    await expect(history.addMessage(messageOf(1))).rejects.toMatchObject({ code: 'storage_failed' });
    expect(readFileSync(other, 'utf8')).toBe('precious');
    expect(history.find('c1')).toBeUndefined();
  });

  it('gives the newest messages up to a number of characters, the oldest first', async () => {
    const history = await createStore(createFolder()).open('talk');
    for (const number of [1, 2, 3, 4]) await history.addMessage(messageOf(number, `${number}`.repeat(10)));
    const recent = async (maxChars: number) => (await history.recent(maxChars)).map(({ content }) => content[0]);
    expect(await recent(25)).toEqual(['3', '4']);
    expect(await recent(40)).toEqual(['1', '2', '3', '4']);
    // One that is too long alone is better than nothing.
    expect(await recent(5)).toEqual(['4']);
    await history.release();
  });
});
