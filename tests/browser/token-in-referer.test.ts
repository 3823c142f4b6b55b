import type { BrowserContext, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openPage, useBrowser } from '../support/browser.ts';
import { startForeignSite } from '../support/foreign-site.ts';
import { freshHome } from '../support/home.ts';
import { startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';

/** The addresses to which a person could go back in this tab. */
async function historyOf(person: BrowserContext, page: Page): Promise<string[]> {
  const devtools = await person.newCDPSession(page);
  const { entries } = await devtools.send('Page.getNavigationHistory');
  return entries.map(({ url }) => url);
}

/** Follows what has been put into the page, a link or a picture, as its own scripts or an agent might. */
async function leaveBy(page: Page, person: BrowserContext, html: string): Promise<void> {
  const opening = person.waitForEvent('page');
  await page.evaluate((text) => {
    const link = document.body.appendChild(document.createElement('p'));
    link.innerHTML = text;
    link.querySelector('a')?.click();
  }, html);
  const opened = await opening;
  await opened.waitForLoadState();
  expect(await opened.evaluate(() => document.referrer)).toBe('');
  await opened.close();
}

it('the token of a link stays neither in the address bar nor in the history, and goes nowhere from there', async () => {
  const launcher = await startLauncher({
    home: freshHome(),
    args: ['--external-gateway'],
    env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN },
  });
  const site = await startForeignSite();
  const foreign = `http://evil.test:${site.port}`;
  const person = await newPerson();
  const { page } = await openPage(person);
  const referers: string[] = [];
  page.on('request', async (request) => {
    const { referer } = await request.allHeaders().catch((): Record<string, string> => ({}));
    // Until it has seen a request leave, Chromium shows that there is no such header as an empty one.
    if (referer) referers.push(referer);
  });

  await page.goto(`${launcher.url}/logs?token=${TOKEN}&inner=path`);
  await page.getByRole('navigation').first().waitFor();
  expect(page.url()).toBe(`${launcher.url}/logs?inner=path`);
  expect((await historyOf(person, page)).filter((url) => url.includes(TOKEN))).toEqual([]);
  expect(await page.evaluate(() => [document.referrer, window.name])).toEqual(['', '']);

  // The most careless of links, and from the page that most people see first.
  await leaveBy(page, person, `<a target="_blank" rel="opener" href="${foreign}/left">x</a>`);
  await leaveBy(page, person, `<a target="_blank" referrerpolicy="no-referrer" href="${foreign}/left">x</a>`);
  await person.clearCookies();
  const { page: entrance } = await openPage(person);
  for (const path of [`/?token=wrong-${TOKEN}`, '/gateway?inner=path']) {
    await entrance.goto(launcher.url + path);
    await entrance.getByLabel('Launcher token', { exact: true }).waitFor();
    expect((await historyOf(person, entrance)).filter((url) => url.includes(TOKEN))).toEqual([]);
    await leaveBy(entrance, person, `<a target="_blank" rel="opener" href="${foreign}/left">x</a>`);
  }

  const left = site.requests.filter(({ url }) => url === '/left');
  expect(left).toHaveLength(4);
  for (const { headers } of left) expect(headers).not.toHaveProperty('referer');
  for (const { headers } of left) expect(JSON.stringify(headers)).not.toContain('inner');
  expect(referers).toEqual([]);
});
