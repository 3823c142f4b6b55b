import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HistoryStore } from '../../src/history/history-store.ts';
import { answerOf, created, createFolder, createStore, messageOf } from './support/history-folder.ts';

async function talk(store: HistoryStore, id: string, ...numbers: number[]): Promise<void> {
  const history = await store.open(id);
  for (const number of numbers) {
    await history.addMessage(messageOf(number));
    await history.addAnswer(answerOf(number));
  }
  await history.release();
}

const listed = async (store: HistoryStore, search?: string) => {
  const { sessions } = await store.list({ offset: 0, limit: 100, ...(search !== undefined && { search }) });
  return sessions.map(({ id }) => id);
};

describe('the list of sessions', () => {
  it('has the newest first, by pages, with what a person needs to know each', async () => {
    const store = createStore(createFolder());
    for (const number of [1, 3, 2]) await talk(store, `s${number}`, number);
    const { sessions, total } = await store.list({ offset: 0, limit: 2 });
    expect(total).toBe(3);
    expect(sessions).toEqual([
      {
        ...{ id: 's3', title: 'message 3', preview: 'answer 3', message_count: 2 },
        ...{ created: '2026-01-01T00:00:00.003Z', updated: '2026-01-01T00:00:00.003Z' },
      },
      expect.objectContaining({ id: 's2' }),
    ]);
    expect((await store.list({ offset: 2, limit: 2 })).sessions).toMatchObject([{ id: 's1' }]);
  });

  it('shortens titles to the first line and previews, never within a character', async () => {
    const store = createStore(createFolder());
    const history = await store.open('long');
    await history.addMessage(messageOf(1, `${'😀'.repeat(100)}\nsecond line`));
    const [session] = (await store.list({ offset: 0, limit: 1 })).sessions;
    expect(session?.title.length).toBeLessThanOrEqual(80);
    expect(session?.preview.length).toBeLessThanOrEqual(160);
    const shown = `${session?.title}${session?.preview}`;
    expect(Buffer.from(shown).toString()).toBe(shown);
    expect(session?.title).not.toContain('second');
    await history.release();
  });

  it('finds words of titles, previews and texts, in whatever case', async () => {
    const store = createStore(createFolder());
    for (const [id, words] of [
      ['a', ['Apples are red', 'x', 'y']],
      ['b', ['x', 'Bananas "bent"', 'y']],
    ] as const) {
      const history = await store.open(id);
      for (const [index, content] of words.entries()) await history.addMessage(messageOf(index, content));
      await history.release();
    }
    expect(await listed(store, 'APPLES')).toEqual(['a']);
    expect(await listed(store, 'bananas "BENT')).toEqual(['b']);
    expect(await listed(store, 'y')).toHaveLength(2);
    expect(await listed(store, 'cherries')).toEqual([]);
    expect(await listed(store, '   ')).toHaveLength(2);
  });

  it('is the same after a restart, without its index, and with one that is damaged', async () => {
    const folder = createFolder();
    const index = join(folder, 'index.jsonl');
    const first = createStore(folder);
    for (const number of [1, 2]) await talk(first, `s${number}`, number, number + 10);
    const expected = await first.list({ offset: 0, limit: 10 });
    await first.close();
    // Who begins a session is known by its file alone: its creation is the only thing the messages do not tell.
    const list = async () => {
      const store = createStore(folder);
      const { sessions } = await store.list({ offset: 0, limit: 10 });
      await store.close();
      return sessions.map(({ created: _, ...summary }) => summary);
    };
    const summaries = expected.sessions.map(({ created: _, ...summary }) => summary);
    expect(await list()).toEqual(summaries);
    rmSync(index);
    expect(await list()).toEqual(summaries);
    writeFileSync(index, `#\n{"id":3}\n${readFileSync(index, 'utf8').slice(0, -20)}`);
    expect(await list()).toEqual(summaries);
    rmSync(index);
    mkdirSync(index);
    expect(await list()).toEqual(summaries);
  });

  it('reads on where the index ended when the last process did not come to save it, and keeps that', async () => {
    const folder = createFolder();
    const first = createStore(folder);
    await talk(first, 's', 1);
    await first.close();
    const path = join(folder, 's.jsonl');
    appendFileSync(path, `${JSON.stringify({ role: 'user', ...messageOf(2, 'later') })}\n{"role":"us`);
    const second = createStore(folder);
    expect((await second.list({ offset: 0, limit: 1 })).sessions).toMatchObject([
      { message_count: 3, preview: 'later' },
    ]);
    expect(await second.unanswered()).toEqual(['s']);
    await second.close();
    expect(readFileSync(join(folder, 'index.jsonl'), 'utf8')).toContain('later');
  });

  it('has a session whose first line is damaged', async () => {
    const folder = createFolder();
    await talk(createStore(folder), 'plain-name', 1);
    const path = join(folder, 'plain-name.jsonl');
    const [header = '', ...lines] = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, ['#'.repeat(header.length), ...lines].join('\n'));
    expect(await listed(createStore(folder))).toEqual(['plain-name']);
  });

  it('stays short however often the sessions change', async () => {
    const folder = createFolder();
    for (let run = 0; run < 6; run += 1) {
      const store = createStore(folder);
      for (let session = 0; session < 50; session += 1) await talk(store, `s${session}`, run * 50 + session);
      await store.close();
    }
    const store = createStore(folder);
    expect(await listed(store)).toHaveLength(50);
    expect(readFileSync(join(folder, 'index.jsonl'), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });
});

describe('a page of messages', () => {
  it('goes from the newest to the oldest by its cursor, each message once', async () => {
    const store = createStore(createFolder());
    await talk(store, 's', 1, 2, 3, 4, 5);
    const found: string[][] = [];
    let before: number | undefined;
    do {
      const page = await store.page('s', { limit: 4, ...(before !== undefined && { before }) });
      found.push(page?.messages.map(({ message_id }) => message_id) ?? []);
      before = page?.before;
    } while (before !== undefined);
    expect(found).toEqual([['a3', 'm4', 'a4', 'm5', 'a5'].slice(1), ['m2', 'a2', 'm3', 'a3'], ['m1', 'a1']]);
  });

  it('says from which frame on its reader has to be told', async () => {
    const store = createStore(createFolder());
    const history = await store.open('s');
    await history.addFrame(created('a1', 'x')).written;
    await history.addMessage(messageOf(1));
    expect(await store.page('s', { limit: 10 })).toMatchObject({ seq: 1 });
    await history.release();
  });

  it('of no messages loses none to the next one', async () => {
    const store = createStore(createFolder());
    await talk(store, 's', 1);
    const nothing = await store.page('s', { limit: 0 });
    expect(nothing?.messages).toEqual([]);
    const page = await store.page('s', { limit: 10, ...(nothing?.before !== undefined && { before: nothing.before }) });
    expect(page?.messages).toHaveLength(2);
  });

  it.each([0, 1, 5, 63, 2 ** 53 - 1])('is whole whatever cursor (%d) somebody thinks up', async (before) => {
    const store = createStore(createFolder());
    await talk(store, 's', 1, 2);
    for (const message of (await store.page('s', { limit: 10, before }))?.messages ?? []) {
      expect(message.content).toMatch(/^(message|answer) \d$/);
    }
  });

  it('of a session nobody knows is none', async () => {
    expect(await createStore(createFolder()).page('nobody', { limit: 10 })).toBeUndefined();
  });
});

describe('a session that is deleted', () => {
  it('is gone with its frames', async () => {
    const folder = createFolder();
    const store = createStore(folder);
    const history = await store.open('gone');
    await history.addFrame(created('x', 'a')).written;
    await history.addMessage(messageOf(1));
    await history.release();
    expect(await store.delete('gone')).toBe(true);
    expect(await store.delete('gone')).toBe(false);
    expect(await store.page('gone', { limit: 1 })).toBeUndefined();
    expect(await listed(store)).toEqual([]);
    expect(await store.unanswered()).toEqual([]);
    expect(readdirSync(join(folder, 'frames'))).toEqual([]);
  });

  it('leaves nothing to a new one of the same name', async () => {
    const folder = createFolder();
    const first = createStore(folder);
    await talk(first, 's', 1);
    await first.close();
    const second = createStore(folder);
    await second.delete('s');
    await second.close();
    // By a process that did not come to save its index.
    const other = createFolder();
    await talk(createStore(other), 's', 7, 8, 9);
    writeFileSync(join(folder, 's.jsonl'), readFileSync(join(other, 's.jsonl')));
    const { sessions } = await createStore(folder).list({ offset: 0, limit: 1 });
    expect(sessions).toMatchObject([{ title: 'message 7', message_count: 6 }]);
  });
});

describe('an id that somebody thought up', () => {
  it.each(['../x', 'a/b', '', 'CON', 'x'.repeat(300), '😀', 'a\0b', 'index', 'frames', '__proto__'])(
    'names a session like any other: %j',
    async (id) => {
      const folder = createFolder();
      const sessions = join(folder, 'sessions');
      const first = createStore(sessions);
      await talk(first, 'plain', 1);
      await talk(first, id, 2);
      await first.close();
      const store = createStore(sessions);
      expect(await listed(store)).toEqual([id, 'plain']);
      expect((await store.page(id, { limit: 10 }))?.messages).toMatchObject([
        { content: 'message 2' },
        { content: 'answer 2' },
      ]);
      expect(readdirSync(folder)).toEqual(['sessions']);
      expect(await store.delete(id)).toBe(true);
      expect(await listed(store)).toEqual(['plain']);
    },
  );

  it('shares nothing with one that differs only in capitals', async () => {
    const store = createStore(createFolder());
    await talk(store, 'Talk', 1);
    await talk(store, 'talk', 2);
    expect((await store.page('Talk', { limit: 10 }))?.messages).toMatchObject([{ message_id: 'm1' }, {}]);
    expect((await store.page('talk', { limit: 10 }))?.messages).toMatchObject([{ message_id: 'm2' }, {}]);
  });
});
