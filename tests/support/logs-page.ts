import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** The log page as a person finds their way on it. */
export function logsPage(page: Page) {
  const toolbar = page.getByRole('toolbar');
  const log = page.getByRole('log', { name: 'Gateway log' });
  const tool = (name: string) => toolbar.getByRole('button', { name, exact: true });
  return {
    log,
    tool,
    search: page.getByRole('searchbox', { name: 'Search the log' }),
    level: page.getByRole('combobox', { name: 'Level' }),
    says: (text: string | RegExp) => log.getByText(text).first().waitFor(),
    counts: (text: string) => toolbar.getByText(text).waitFor(),
    async downloaded(): Promise<{ name: string; lines: string[] }> {
      const [file] = await Promise.all([page.waitForEvent('download'), tool('Download').click()]);
      const lines = readFileSync(await file.path(), 'utf8').split('\n');
      // It ends with the end of its last line.
      expect(lines.pop()).toBe('');
      return { name: file.suggestedFilename(), lines };
    },
  };
}
