import { expect, it } from 'vitest';
import { openSignedIn, useBrowser } from '../support/browser.ts';
import { aReader } from '../support/reader.ts';
import { pages, runnableBlocks } from '../support/runnable-blocks.ts';

const { newPerson } = useBrowser();

it('what the pages have for a browser works in the console of the dashboard', async () => {
  const blocks = pages.flatMap((page) => runnableBlocks(page)).filter(({ isForBrowser }) => isForBrowser);
  expect(blocks.length).toBeGreaterThan(0);
  const { launcher, launcherToken } = await aReader();
  const page = await openSignedIn(await newPerson(), { url: launcher.url, token: launcherToken, path: '/connect' });
  await page.getByTestId('address').waitFor();
  for (const { code, prints } of blocks) {
    // Chromium writes advice of its own to the console, at other levels.
    const said = page.waitForEvent('console', (message) => message.type() === 'log');
    await page.evaluate(code);
    expect((await said).text()).toBe(prints);
  }
});
