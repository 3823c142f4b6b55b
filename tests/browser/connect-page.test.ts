import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { api } from '../support/api.ts';
import { openPage, openSignedIn, useBrowser } from '../support/browser.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { type RunningLauncher, startLauncher } from '../support/processes.ts';
import { runSnippet } from '../support/snippet.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN };
const GATEWAY = 'Straight to the gateway';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const address = (page: Page) => page.getByTestId('address');
const result = (page: Page) => page.getByTestId('test-result');
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

async function openConnectPage(launcher: RunningLauncher, path = '/connect'): Promise<Page> {
  return openSignedIn(await newPerson(), { url: launcher.url, token: TOKEN, path });
}

async function reveal(page: Page, launcherToken = TOKEN): Promise<void> {
  await button(page, 'Reveal').click();
  await enterLauncherToken(page, launcherToken);
}

async function enterLauncherToken(page: Page, launcherToken: string): Promise<void> {
  await page.getByLabel('Launcher token', { exact: true }).fill(launcherToken);
  await button(page, 'Show the channel token').click();
}

/** The program on the page, by its name. */
async function snippetOf(page: Page, language: string): Promise<[fileName: string, code: string]> {
  await page.getByRole('radio', { name: language, exact: true }).check({ force: true });
  const figure = page.getByRole('figure');
  return [
    (await figure.locator('figcaption > span').textContent()) ?? '',
    (await figure.locator('pre').textContent()) ?? '',
  ];
}

/** Runs the browser's program in a page of another site, as its author would; answers with what it said first. */
async function runInBrowser(code: string, token: string): Promise<string> {
  const { page } = await openPage(await newPerson());
  const body = `<script type="module">${code.replace('put-the-token-here', token)}</script>`;
  // A real site: Chromium lets no page that came from nowhere into the local network.
  const site = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(body));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void site.close());
  // Not what Chromium has to say.
  const said = page.waitForEvent('console', (message) => ['log', 'error'].includes(message.type()));
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  return (await said).text();
}

/** The status that a handshake with a channel token is answered by. */
function handshake(url: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', reject);
  });
}

it('gives programs that really work, through the launcher and straight to the gateway, with the token it reveals', {
  timeout: 180_000,
}, async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const page = await openConnectPage(launcher);
  await reveal(page);
  const field = page.getByLabel('The channel token', { exact: true });
  const token = await field.inputValue();
  expect(await field.getAttribute('type')).toBe('password');

  const addresses = {
    'Through the launcher': `${launcher.url.replace('http', 'ws')}/pico/ws`,
    [GATEWAY]: `ws://127.0.0.1:${launcher.gatewayPort}/pico/ws`,
  };
  for (const [way, expected] of Object.entries(addresses)) {
    await page.getByRole('radio', { name: way }).check({ force: true });
    await expect.poll(() => address(page).textContent()).toBe(expected);
    const [, browserCode] = await snippetOf(page, 'Browser');
    expect(await runInBrowser(browserCode, token)).toBe('hello');
    for (const language of ['Node', 'Python', 'Shell']) {
      const [fileName, code] = await snippetOf(page, language);
      expect(code).not.toContain(token);
      const output = await runSnippet(fileName, code, token);
      if (language !== 'Shell') expect(output, `${language}: ${way}`).toBe('hello\n');
      else expect(output).toMatch(/^HTTP\/1.1 101 [\s\S]*"message\.create".*"content":"hello"/);
      // And they say so when the token is not right.
      expect(await runSnippet(fileName, code, 'not-the-token')).toMatch(/40[13]/);
    }
  }
  expect(await card(page, 'Where to connect').textContent()).toContain('on its own computer only');
});

it('names addresses and makes programs that work under a base path', async () => {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { base_path: '/pico-console' });
  const launcher = await startLauncher({ home, env });
  const page = await openConnectPage(launcher, '/pico-console/connect');
  const expected = `${launcher.url.replace('http', 'ws')}/pico-console/pico/ws`;
  await expect.poll(() => address(page).textContent()).toBe(expected);
  const [fileName, code] = await snippetOf(page, 'Node');
  expect(await runSnippet(fileName, code, TOKEN)).toBe('hello\n');
  await button(page, 'Test the connection').click();
  await expect.poll(() => result(page).textContent()).toMatch(/Answered in/);
});

it('reveals the channel token only for the launcher token, and hides it again by itself', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const { page } = await openPage(await newPerson());
  await page.clock.install();
  await page.goto(`${launcher.url}/connect?token=${TOKEN}`);
  await reveal(page, '');
  await page.getByText('Enter the token first.').waitFor();
  await enterLauncherToken(page, 'not the token');
  await page.getByText('That is not the launcher token.').waitFor();
  // From here on its clock stands still, and a busy machine may take its time.
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 10_000);
  await enterLauncherToken(page, TOKEN);
  const shown = page.getByLabel('The channel token', { exact: true });
  await shown.waitFor();
  await card(page, 'Channel token').getByRole('button', { name: 'Show characters' }).click();
  expect(await shown.getAttribute('type')).toBe('text');
  await page.clock.fastForward(59_000);
  expect(await shown.count()).toBe(1);
  await page.clock.fastForward(1_100);
  await shown.waitFor({ state: 'detached' });
  await button(page, 'Reveal').waitFor();
});

it('lets nobody guess the launcher token at the reveal', async () => {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { login_attempts_per_minute: 3 });
  const launcher = await startLauncher({ home, env });
  const page = await openConnectPage(launcher);
  await reveal(page, 'guess 1');
  await page.getByText('That is not the launcher token.').waitFor();
  await enterLauncherToken(page, 'guess 2');
  await page.getByText('That is not the launcher token.').waitFor();
  await enterLauncherToken(page, TOKEN);
  await page.getByRole('alert').filter({ hasText: 'Too many attempts' }).waitFor();
  const wait = page.getByRole('button', { name: /^Wait \d+ s$/ });
  await wait.waitFor();
  expect(await wait.isDisabled()).toBe(true);
});

it('rotates the channel token: the old one is refused everywhere, the new one works', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const page = await openConnectPage(launcher);
  await reveal(page);
  const old = await page.getByLabel('The channel token', { exact: true }).inputValue();
  const urls = [
    `${launcher.url.replace('http', 'ws')}/pico/ws`,
    `ws://127.0.0.1:${launcher.gatewayPort}/pico/ws`,
  ] as const;
  const open = new WebSocket(urls[1], { headers: { authorization: `Bearer ${old}` } });
  const closed = new Promise<number>((resolve) => open.on('close', resolve));

  await button(page, 'Rotate').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  expect(await handshake(urls[1], old)).toBe(101);
  await button(page, 'Rotate').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  const fresh = page.getByLabel('The new channel token', { exact: true });
  await fresh.waitFor();
  await page.getByText('the old one is not valid any more').waitFor();
  const token = await fresh.inputValue();
  expect(token).not.toBe(old);
  expect(await closed).toBe(4001);
  expect(await Promise.all(urls.map((url) => handshake(url, old)))).toEqual([403, 401]);
  expect(await Promise.all(urls.map((url) => handshake(url, token)))).toEqual([101, 101]);
});

it('says where a channel token is to be changed that does not come from the files', async () => {
  const launcher = await startLauncher({
    home: freshHome(),
    env: { ...env, PICOCLAW_GATEWAY_TOKEN: 'a-channel-token-from-the-environment' },
  });
  const page = await openConnectPage(launcher);
  await button(page, 'Rotate').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  await page.getByRole('alert').filter({ hasText: 'PICOCLAW_GATEWAY_TOKEN' }).waitFor();
});

it('enables a channel that is off', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, env });
  writeHomeFile(home, 'config.json', { channels: { pico: { enabled: false } } });
  await expect.poll(async () => (await api(launcher.url, TOKEN).get('/api/pico/info')).body['enabled']).toBe(false);
  const page = await openConnectPage(launcher);
  await page.getByText('The channel is off').waitFor();
  await button(page, 'Enable').click();
  await page.getByText('The channel is on and has a token.').waitFor();
  await expect
    .poll(async () => {
      await button(page, 'Test the connection').click();
      await result(page)
        .getByText(/Answered in|Not connected/)
        .waitFor();
      return result(page).textContent();
    })
    .toMatch(/Answered in/);
});

it('tests the connection for real, tells tokens apart, and leaves nothing in the list of chats', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const page = await openConnectPage(launcher);
  await reveal(page);
  const token = await page.getByLabel('The channel token', { exact: true }).inputValue();
  const shows = (text: RegExp) => expect.poll(() => result(page).textContent()).toMatch(text);
  const test = button(page, 'Test the connection');

  await test.click();
  await shows(/^Connected in \d+ msAnswered in \d+ ms$/);
  await page.getByText('Test with a token').click();
  const field = page.getByLabel('Token to test');
  await field.fill(token);
  await test.click();
  await shows(/^This is the channel tokenConnected in \d+ msAnswered in \d+ ms$/);
  await field.fill(TOKEN);
  await test.click();
  await shows(/^This is the launcher token.*Answered in \d+ ms$/);
  await field.fill('not-the-token');
  await test.click();
  await shows(/^The token was not accepted.*This token is wrong/);
  await field.fill('has blanks');
  await test.click();
  await shows(/cannot travel as a subprotocol/);
  await expect.poll(async () => (await api(launcher.url, TOKEN).get('/api/sessions')).body).toEqual([]);
});

it('says when a test fails because the gateway is stopped, and where to start it', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const page = await openConnectPage(launcher);
  await page.getByRole('radio', { name: GATEWAY }).check({ force: true });
  await address(page).waitFor();
  await api(launcher.url, TOKEN).post('/api/gateway/stop');
  await page.getByText('The gateway is not running, so it has no address now.').waitFor();
  await button(page, 'Test the connection').click();
  await expect.poll(() => result(page).textContent()).toMatch(/^Not connected.*The gateway is not running\./);
  await result(page).getByRole('link', { name: 'Go to the gateway' }).click();
  await page.getByRole('heading', { name: 'Gateway', exact: true }).waitFor();
});
