import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openPage, useBrowser } from '../support/browser.ts';
import { freshHome } from '../support/home.ts';
import { pidOfGateway, pidRecord, startLauncher, until } from '../support/processes.ts';
import { screenshot } from '../support/screenshot.ts';
import { shownFromNowOn } from '../support/shown.ts';

const { newPerson } = useBrowser();

const TOKEN = 'a token of my own choice';
const conversation = (page: Page) => page.getByRole('region', { name: 'Conversation' });

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Launcher token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

it('brings a person from the first run to an answer, through a dead gateway, to a sign-out that holds everywhere', async () => {
  const begun = Date.now();
  const home = freshHome();
  const launcher = await startLauncher({ home });
  const person = await newPerson();
  const { page } = await openPage(person);

  // First run: at the machine itself no proof is needed.
  await page.goto(`http://localhost:${launcher.port}/setup`);
  await page.getByLabel('New launcher token').fill(TOKEN);
  await page.getByLabel('Repeat the token').fill(TOKEN);
  await screenshot(page, 'first-run');
  await page.getByRole('button', { name: 'Save and continue' }).click();

  // Setting it up has signed the person in; a chat answers, streamed.
  await page.getByLabel('Message', { exact: true }).waitFor();
  await say(page, '/stream 20');
  const log = conversation(page);
  await expect.poll(() => log.textContent()).toMatch(/20/);
  expect(Date.now() - begun).toBeLessThan(30_000);
  await say(page, '/echo **hello** from the browser');
  await expect.poll(() => log.locator('strong').last().textContent()).toBe('hello');

  // The gateway dies: the page says so, and says when it is back.
  const first = pidOfGateway(home);
  const notices = await shownFromNowOn(page, '[role="status"]');
  process.kill(first, 'SIGKILL');
  await expect.poll(notices).toContainEqual(expect.stringContaining('Connection lost'));
  await screenshot(page, 'connection-lost');
  await until(() => pidRecord(home) !== undefined && pidRecord(home)?.pid !== first, launcher.output);
  await page.getByRole('status').filter({ hasText: 'Connection lost' }).first().waitFor({ state: 'hidden' });
  await say(page, '/echo back again');
  await expect.poll(() => log.textContent()).toMatch(/back again[\s\S]*back again/);

  // A second tab of the same person; signing out in the first one ends both.
  const { page: second } = await openPage(person);
  await second.goto(`http://localhost:${launcher.port}/`);
  await say(second, '/echo second tab');
  await expect.poll(() => conversation(second).textContent()).toMatch(/second tab[\s\S]*second tab/);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByText('Sign out', { exact: true }).click();
  await page.getByLabel('Launcher token', { exact: true }).waitFor();
  await second.getByLabel('Launcher token', { exact: true }).waitFor();
  expect(await second.locator('body').textContent()).toContain('Your session has ended');

  // And back in, with the token that was chosen.
  await signIn(page, 'not the token');
  await page.getByText('That is not the launcher token').waitFor();
  await screenshot(page, 'sign-in');
  await signIn(page, TOKEN);
  await page.getByLabel('Message', { exact: true }).waitFor();
});

it('signs in by the link of the console, and the token leaves the address bar', async () => {
  const launcher = await startLauncher({ home: freshHome() });
  const { page } = await openPage(await newPerson());
  // The click is faster than the launcher tells that page who is signed in.
  let click = () => {};
  const clicked = new Promise<void>((resolve) => {
    click = resolve;
  });
  await page.route('**/api/auth/status', async (route) => {
    if (page.url().endsWith('/setup')) await clicked;
    await route.continue();
  });
  await page.goto(`${launcher.url}/?token=${launcher.linkToken()}`);
  // A generated token is good enough for who says so.
  await page.getByText('Keep the generated token').click();
  click();
  await page.getByLabel('Message', { exact: true }).waitFor();
  expect(page.url()).not.toContain('token');
  await say(page, '/echo hello');
  await expect.poll(() => conversation(page).textContent()).toMatch(/hello[\s\S]*hello/);
});

it('leads back to the page that was asked for, and never to another site', async () => {
  const launcher = await startLauncher({ home: freshHome(), env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const { page } = await openPage(await newPerson());
  await page.goto(`${launcher.url}/login?next=${encodeURIComponent('//evil.example/')}`);
  await signIn(page, TOKEN);
  await page.getByLabel('Message', { exact: true }).waitFor();
  expect(new URL(page.url()).origin).toBe(launcher.url);
});
