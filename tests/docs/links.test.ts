import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/processes.ts';
import { pages, textOf } from '../support/runnable-blocks.ts';

/** A page without what is only shown: code, and in the headings the marks of it. */
const proseOf = (page: string) => textOf(page).replaceAll(/^```[\s\S]*?^```$/gm, '');

/** The names that GitHub gives the headings of a page. */
const anchorsOf = (page: string) =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

const linksOf = (page: string) =>
  [...proseOf(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].map(([, path = '', anchor]) => ({
    target: path === '' ? page : join(dirname(page), path),
    anchor,
  }));

describe.each(pages)('%s', (page) => {
  it('links to what is there', () => {
    const isThere = ({ target, anchor }: ReturnType<typeof linksOf>[number]) =>
      existsSync(join(root, target)) && (anchor === undefined || anchorsOf(target).includes(anchor));
    expect(linksOf(page).filter((link) => !isThere(link))).toEqual([]);
  });
});

it('every page is linked from the README', () => {
  const linked = linksOf('README.md').map(({ target }) => target);
  expect(pages.filter((page) => page !== 'README.md' && !linked.includes(page))).toEqual([]);
});
