import { describe, expect, it } from 'vitest';
import { aReader } from '../support/reader.ts';
import { pages, runnableBlocks } from '../support/runnable-blocks.ts';

const withBlocks = pages.flatMap((page) => {
  const blocks = runnableBlocks(page).filter(({ isForBrowser }) => !isForBrowser);
  return blocks.length > 0 ? [{ page, blocks }] : [];
});

describe('what is marked runnable does what the page says, one block after the other', () => {
  it.each(withBlocks)('$page', async ({ blocks }) => {
    const { follow } = await aReader();
    for (const block of blocks) await follow(block);
  });
});

it('there are such blocks, and a mark that means nothing is refused', () => {
  expect(withBlocks.map(({ page }) => page)).toEqual(expect.arrayContaining(['docs/events.md', 'docs/protocol.md']));
  expect(() => runnableBlocks('a page', '```sh runnable once\ntrue\n```\n')).toThrow(
    'a page:1: a runnable block is marked once',
  );
});
