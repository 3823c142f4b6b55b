import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readMessagePage } from '../../src/history/message-page.ts';

function createPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'talk.jsonl');
}

const COUNT = 1_000;
const header = `${JSON.stringify({ v: 1, session_id: 'talk', created: '2026-01-01T00:00:00.000Z' })}\n`;
/** Of all lengths from nothing to more than what is read at once. */
const contentOf = (number: number) => '😀é漢x'.repeat(number % 100 === 50 ? 20_000 : number % 37);
const lineOf = (number: number) =>
  `${JSON.stringify({ role: 'user', message_id: `m${number}`, content: contentOf(number), time: number, seq: number })}\n`;
const numbers = Array.from({ length: COUNT }, (_, index) => index);

/** The pages of a file from its end, and what each says its number is. */
async function pagesOf(path: string, limit: number, onPage: (index: number) => void = () => undefined) {
  const pages: { ids: string[]; seq: number }[] = [];
  let before: number | undefined;
  do {
    const page = await readMessagePage(path, { limit, ...(before !== undefined && { before }) });
    if (page === undefined) throw new Error('the session is there');
    pages.push({ ids: page.messages.map(({ message_id }) => message_id), seq: page.seq });
    onPage(pages.length);
    before = page.before;
  } while (before !== undefined);
  return pages;
}

const allOf = (pages: { ids: string[] }[]) => pages.toReversed().flatMap(({ ids }) => ids);

describe('the pages of a session', () => {
  it.each([1, 7, 100, 333, 999, 1_000, 1_001, 100_000])('by %d give each of 1,000 messages once', async (limit) => {
    const path = createPath();
    writeFileSync(path, header + numbers.map(lineOf).join(''));
    const pages = await pagesOf(path, limit);
    expect(allOf(pages)).toEqual(numbers.map((number) => `m${number}`));
    expect(pages).toHaveLength(Math.ceil(COUNT / limit));
    for (const { ids } of pages.slice(0, -1)) expect(ids).toHaveLength(limit);
    expect(pages[0]?.seq).toBe(COUNT - 1);
  });

  it('give each message once while further ones are stored', async () => {
    const path = createPath();
    writeFileSync(path, header + numbers.map(lineOf).join(''));
    const pages = await pagesOf(path, 90, (index) => appendFileSync(path, lineOf(COUNT + index)));
    expect(allOf(pages)).toEqual(numbers.map((number) => `m${number}`));
  });

  it('give each message once though others between them cannot be read', async () => {
    const path = createPath();
    const lines = numbers.map((number) => lineOf(number) + (number % 3 === 0 ? '####\n\0\0\n' : ''));
    writeFileSync(path, `${header}${lines.join('')}{"role":"us`);
    expect(allOf(await pagesOf(path, 50))).toEqual(numbers.map((number) => `m${number}`));
  });

  it('have whole texts', async () => {
    const path = createPath();
    writeFileSync(path, header + numbers.map(lineOf).join(''));
    const page = await readMessagePage(path, { limit: COUNT });
    expect(page?.messages.every(({ content, time }) => content === contentOf(time))).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a header', header],
    ['half a message', `${header}{"role":"us`],
    ['nothing that can be read', '####\n\0\0\n'],
  ])('are one without messages where there is %s', async (_, text) => {
    const path = createPath();
    writeFileSync(path, text);
    expect(await readMessagePage(path, { limit: 10 })).toEqual({ messages: [], before: undefined, seq: 0 });
  });

  it('show members of the file to nobody that are not of the message', async () => {
    const path = createPath();
    writeFileSync(path, header + lineOf(1).replace('{', '{"secret":1,'));
    const page = await readMessagePage(path, { limit: 10 });
    expect(page?.messages).toEqual([{ role: 'user', message_id: 'm1', content: contentOf(1), time: 1 }]);
  });
});
