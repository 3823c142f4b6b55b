import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHistoryStore } from '../../src/history/history-store.ts';

const log = pino({ level: 'silent' });

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-index-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const line = (value: object) => `${JSON.stringify(value)}\n`;
const asked = (number: number, content = `question ${number}`) =>
  line({ role: 'user', message_id: `m${number}`, content, time: number });
const answered = (number: number, content = `answer ${number}`) =>
  line({ role: 'assistant', message_id: `a${number}`, reply_to: `m${number}`, content, time: number });

/** Writes a session as an earlier process has left it. */
function write(folder: string, id: string, ...lines: string[]): string {
  const path = join(folder, `${id}.jsonl`);
  writeFileSync(path, line({ v: 1, session_id: id, created: '2026-01-01T00:00:00.000Z' }) + lines.join(''));
  return path;
}

/** What a process finds that begins now; it leaves its index behind. */
async function look(folder: string, { offset = 0, limit = 1_000 } = {}) {
  const store = createHistoryStore({ folder, log, bootId: 'boot-1' });
  const { sessions, total } = await store.list({ offset, limit });
  const unanswered = [...(await store.unanswered())].sort();
  await store.close();
  return { sessions, ids: sessions.map(({ id }) => id), total, unanswered };
}

const three = (folder: string) => {
  write(folder, 'old', asked(1), answered(1));
  write(folder, 'new', asked(3));
  write(folder, 'mid', asked(2), answered(2), asked(2), answered(2));
};
const expected = {
  ids: ['new', 'mid', 'old'],
  total: 3,
  unanswered: ['new'],
  sessions: [
    { title: 'question 3', preview: 'question 3', message_count: 1, updated: '1970-01-01T00:00:00.003Z' },
    { title: 'question 2', preview: 'answer 2', message_count: 4, updated: '1970-01-01T00:00:00.002Z' },
    { title: 'question 1', preview: 'answer 1', message_count: 2, updated: '1970-01-01T00:00:00.001Z' },
  ],
};

describe('the index of sessions', () => {
  it('is empty where there is nothing, and needs no folder', async () => {
    const nothing = { sessions: [], ids: [], total: 0, unanswered: [] };
    expect(await look(join(createFolder(), 'deep', 'sessions'))).toEqual(nothing);
  });

  it.each<[string, (index: string) => void]>([
    ['was left well', () => undefined],
    ['is lost', (index) => rmSync(index)],
    ['is empty', (index) => truncateSync(index)],
    ['is garbage', (index) => writeFileSync(index, Buffer.alloc(100_000, 0xfe))],
    ['is garbage in lines', (index) => writeFileSync(index, '#\n{"id":"old"}\nnull\n[]\n7\n\n'.repeat(200))],
    ['is torn', (index) => truncateSync(index, readFileSync(index).length - 5)],
    ['ends in NULs', (index) => appendFileSync(index, '\0'.repeat(4_096))],
    ['is ahead of the files', (index) => writeFileSync(index, read(index).replace(/"size":\d+/g, '"size":9999999'))],
    ['knows sessions that are gone', (index) => appendFileSync(index, read(index).replaceAll('"new"', '"gone"'))],
    ['has each session many times', (index) => writeFileSync(index, read(index).repeat(500))],
  ])('is right when its file %s', async (_, change) => {
    const folder = createFolder();
    three(folder);
    await look(folder);
    const store = createHistoryStore({ folder, log, bootId: 'boot-1' });
    const history = await store.open('old');
    await history.addMessage({ message_id: 'x', content: 'x', time: 4 });
    await history.release();
    await store.close();
    three(folder);
    await look(folder);
    change(join(folder, 'index.jsonl'));
    expect(await look(folder)).toMatchObject(expected);
    expect(await look(folder)).toMatchObject(expected);
  });

  it('reads on what was stored after it, as often as that happens', async () => {
    const folder = createFolder();
    three(folder);
    for (let number = 10; number < 20; number += 1) {
      appendFileSync(join(folder, 'old.jsonl'), asked(number) + (number % 2 === 0 ? answered(number) : ''));
      const { sessions, unanswered } = await look(folder);
      expect(sessions[0]).toMatchObject({ id: 'old', title: 'question 1' });
      expect(unanswered).toEqual(number === 10 ? ['new'] : ['new', 'old']);
    }
    expect((await look(folder)).sessions[0]).toMatchObject({ message_count: 2 + 15 });
  });

  it('leaves half a line out until it is whole', async () => {
    const folder = createFolder();
    three(folder);
    const more = asked(9);
    appendFileSync(join(folder, 'old.jsonl'), more.slice(0, 20));
    expect(await look(folder)).toMatchObject(expected);
    appendFileSync(join(folder, 'old.jsonl'), more.slice(20));
    expect((await look(folder)).sessions[0]).toMatchObject({ id: 'old', message_count: 3, preview: 'question 9' });
  });

  it('forgets a session whose file somebody removed', async () => {
    const folder = createFolder();
    three(folder);
    await look(folder);
    rmSync(join(folder, 'new.jsonl'));
    expect(await look(folder)).toMatchObject({ ids: ['mid', 'old'], total: 2, unanswered: [] });
  });

  it('ignores what is not ours', async () => {
    const folder = createFolder();
    three(folder);
    writeFileSync(join(folder, 'notes.jsonl'), '{"note":"mine"}\n{"note":"too"}\n');
    writeFileSync(join(folder, 'readme.txt'), asked(99));
    writeFileSync(join(folder, 'empty.jsonl'), '');
    writeFileSync(join(folder, 'garbage.jsonl'), Buffer.alloc(200_000, 0xfe));
    mkdirSync(join(folder, 'folder.jsonl'));
    symlinkSync('/etc/hostname', join(folder, 'link.jsonl'));
    symlinkSync('/nowhere', join(folder, 'dangling.jsonl'));
    expect(await look(folder)).toMatchObject(expected);
    expect(await look(folder)).toMatchObject(expected);
  });

  it('takes a copy of a session for no other one, nor for the session itself', async () => {
    const folder = createFolder();
    three(folder);
    for (const name of ['a-copy', 'zz-copy']) {
      copyFileSync(join(folder, 'new.jsonl'), join(folder, `${name}.jsonl`));
      appendFileSync(join(folder, `${name}.jsonl`), asked(50, 'only in the copy'));
    }
    expect(await look(folder)).toMatchObject(expected);
    expect(await look(folder)).toMatchObject(expected);
  });

  it('gives every session once, page by page, the newest first', async () => {
    const folder = createFolder();
    for (let number = 0; number < 250; number += 1) write(folder, `s${number}`, asked(number));
    const ids: string[] = [];
    for (let offset = 0; offset < 260; offset += 20) {
      const page = await look(folder, { offset, limit: 20 });
      expect(page.total).toBe(250);
      ids.push(...page.ids);
    }
    expect(ids).toEqual(Array.from({ length: 250 }, (_, index) => `s${249 - index}`));
  });

  it('gives every session once when all are of the same moment', async () => {
    const folder = createFolder();
    for (let number = 0; number < 50; number += 1) write(folder, `s${number}`, asked(7));
    const store = createHistoryStore({ folder, log, bootId: 'boot-1' });
    onTestFinished(() => store.close());
    const ids: string[] = [];
    for (let offset = 0; offset < 50; offset += 7) {
      ids.push(...(await store.list({ offset, limit: 7 })).sessions.map(({ id }) => id));
    }
    expect(new Set(ids).size).toBe(50);
  });

  it.each([
    ['short', 'short'],
    ['x'.repeat(80), 'x'.repeat(80)],
    ['x'.repeat(81), `${'x'.repeat(79)}…`],
    [`${'x'.repeat(78)}😀😀`, `${'x'.repeat(78)}…`],
    ['  first line  \n second', 'first line'],
    ['\n\n  first', 'first'],
    ['one\ttwo', 'one\ttwo'],
  ])('has %j as the title %j', async (content, title) => {
    const folder = createFolder();
    write(folder, 's', asked(1, content), asked(2, 'another'));
    expect((await look(folder)).sessions[0]?.title.trim()).toBe(title);
  });

  it.each([
    ['a\n\n b\tc ', 'a b c'],
    ['y'.repeat(161), `${'y'.repeat(159)}…`],
    ['', 'question 1'],
    [' \n ', 'question 1'],
  ])('shows %j as the preview %j', async (content, preview) => {
    const folder = createFolder();
    write(folder, 's', asked(1), answered(1, content));
    expect((await look(folder)).sessions[0]?.preview).toBe(preview);
  });

  it('takes the first thing that a person said for the title, whatever an answer said before', async () => {
    const folder = createFolder();
    write(folder, 's', answered(0), asked(1, ''), asked(2, 'a title'), asked(3));
    expect((await look(folder)).sessions[0]).toMatchObject({ title: 'a title', message_count: 4 });
  });
});

const read = (path: string) => readFileSync(path, 'utf8');
