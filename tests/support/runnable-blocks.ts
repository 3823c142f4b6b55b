import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './processes.ts';

/** A block of a page that is said to work as it stands: ```` ```sh runnable prints="hello" ````. */
export interface RunnableBlock {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** What it has to print. */
  readonly prints: string | undefined;
  /** It goes on until somebody ends it. */
  readonly isEndless: boolean;
  /** It is for a page in a browser. */
  readonly isForBrowser: boolean;
  /** It is not run but kept under this name, for the blocks below it. */
  readonly file: string | undefined;
}

/** Every page for users. */
export const pages: readonly string[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The text of a page. */
export const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

const BLOCK = /^```(\w+) runnable\b([^\n]*)\n([\s\S]+?)^```$/gm;
const WORD = /^(?:endless|browser|(?:prints|file)="[^"]+")$/;

/** The blocks of a page that are marked runnable, in their order. Throws on a word in a mark that means nothing. */
export function runnableBlocks(page: string, text = textOf(page)): RunnableBlock[] {
  return [...text.matchAll(BLOCK)].map(({ 1: language = '', 2: marks = '', 3: code = '', index }) => {
    const line = text.slice(0, index).split('\n').length;
    const words: readonly string[] = marks.match(/\w+="[^"]*"|\S+/g) ?? [];
    const unknown = words.find((word) => !WORD.test(word));
    if (unknown !== undefined) throw new Error(`${page}:${line}: a runnable block is marked ${unknown}`);
    const value = (name: string) => new RegExp(`\\b${name}="([^"]+)"`).exec(marks)?.[1];
    return {
      ...{ page, line, language, code, prints: value('prints'), file: value('file') },
      isEndless: words.includes('endless'),
      isForBrowser: words.includes('browser'),
    };
  });
}
