import type { Page, Response } from 'playwright-core';
import { expect, it } from 'vitest';
import { openPage, openSignedIn, useBrowser } from '../support/browser.ts';
import { freshHome } from '../support/home.ts';
import { pidOfGateway, startLauncher } from '../support/processes.ts';
import { shownFromNowOn } from '../support/shown.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN };
/** What nobody should wait for more of (dashboard.md). */
const MAX_BYTES = 120_000;

/** Counts the bytes of JavaScript, compressed as they come, from now on. */
function countScripts(page: Page): () => Promise<number> {
  const responses: Response[] = [];
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.endsWith('.js')) responses.push(response);
  });
  return async () => {
    const sizes = await Promise.all(
      responses.map(async (response) => (await response.request().sizes()).responseBodySize),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  };
}

/** Browsers take brotli first; the limit is one of gzip, which everybody takes. */
const gzipOnly = { 'Accept-Encoding': 'gzip' };

it('asks for little JavaScript before a person can sign in, or chat', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const person = await newPerson();
  await person.setExtraHTTPHeaders(gzipOnly);
  const { page } = await openPage(person);
  const signInBytes = countScripts(page);
  await page.goto(`${launcher.url}/login`);
  await page.getByLabel('Launcher token', { exact: true }).waitFor();
  expect(await signInBytes()).toBeLessThan(MAX_BYTES);

  const someoneElse = await newPerson();
  await someoneElse.setExtraHTTPHeaders(gzipOnly);
  const { page: chat } = await openPage(someoneElse);
  const chatBytes = countScripts(chat);
  // Everything else may come later, or never: the chat works without.
  await chat.route(/assets\/(?!(?:base|chat|entrance|index|rolldown-runtime|signed-in)-).*\.js$/, () => undefined);
  await chat.goto(`${launcher.url}/?token=${TOKEN}`);
  await chat.getByLabel('Message', { exact: true }).waitFor();
  await chat.getByText('Connected', { exact: true }).waitFor();
  expect(await chatBytes()).toBeLessThan(MAX_BYTES);
  expect(await chatBytes()).toBeGreaterThan(MAX_BYTES / 2);
});

it('goes on without the code that does not come, and says what to do', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  // Not by `openPage`: that the code does not come is a complaint of the browser's.
  const page = await (await newPerson()).newPage();
  await page.goto(`${launcher.url}/?token=${TOKEN}`);
  await page.route(/assets\/gateway-page-/, (route) => route.abort());
  await page.route(/assets\/(?:markdown|session-list)-/, (route) => route.abort());
  await page.reload();
  await page.getByLabel('Message', { exact: true }).fill('/echo **as it is**');
  await page.keyboard.press('Enter');
  await page.getByText('**as it is**', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Gateway' }).click();
  await page.getByRole('heading', { name: 'This could not be loaded' }).waitFor();
  await page.unroute(/assets\/gateway-page-/);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Gateway', exact: true }).waitFor();
});

it('shows the gateway’s state in the icon of the tab', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, env });
  const page = await openSignedIn(await newPerson(), { url: launcher.url, token: TOKEN, path: '/' });
  const icon = () => page.locator('link[rel="icon"]').getAttribute('href');
  await expect.poll(icon).toMatch(/favicon\.svg$/);
  // It is started again within two seconds.
  const icons = await shownFromNowOn(page, 'link[rel="icon"]', 'href');
  process.kill(pidOfGateway(home), 'SIGKILL');
  await expect.poll(icons).toContainEqual(expect.stringMatching(/favicon-busy\.svg$/));
  await expect.poll(icon).toMatch(/favicon\.svg$/);
  await launcher.kill('SIGKILL');
  await expect.poll(icon).toMatch(/favicon-down\.svg$/);
});
