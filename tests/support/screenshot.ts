import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** The pictures of the documentation are taken from the very stories that are tested (CONTRIBUTING.md). */
const folder = process.env['SCREENSHOTS_FOLDER'];

/** Takes a picture for the documentation, when there is a folder for them. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  // In the end of every transition.
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}
