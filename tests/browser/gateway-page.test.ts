import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openSignedIn, useBrowser } from '../support/browser.ts';
import { freePort, freshHome, readHomeJson, writeHomeFile } from '../support/home.ts';
import { built, isAlive, pidOfGateway, pidRecord, run, startLauncher, until } from '../support/processes.ts';
import { screenshot } from '../support/screenshot.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN };

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const state = (page: Page) => page.getByRole('main').getByRole('status').first();
const shows = (page: Page, text: string) => expect.poll(() => state(page).textContent()).toContain(text);
const fact = (page: Page, name: string) => page.locator('dl > div', { hasText: name }).locator('dd').textContent();

async function openGatewayPage(url: string): Promise<Page> {
  return openSignedIn(await newPerson(), { url, token: TOKEN, path: '/gateway' });
}

it('shows the gateway and gives it orders', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, env });
  const page = await openGatewayPage(launcher.url);
  await shows(page, 'Running');
  const first = pidOfGateway(home);
  expect(await fact(page, 'Process id')).toBe(String(first));
  expect(await fact(page, 'Address')).toBe(`127.0.0.1:${launcher.gatewayPort}`);
  expect(await fact(page, 'Belongs to')).toContain('this launcher');
  await page.emulateMedia({ colorScheme: 'dark' });
  await screenshot(page, 'gateway');

  await button(page, 'Reload').click();
  await page.getByText('The gateway has read its configuration again.').waitFor();
  await button(page, 'Restart').click();
  await page.getByText('The gateway is running again.').waitFor();
  await expect.poll(() => fact(page, 'Process id')).toBe(String(pidRecord(home)?.pid));
  expect(isAlive(first)).toBe(false);

  // To stop it is asked for twice.
  await button(page, 'Stop').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await shows(page, 'Running');
  await button(page, 'Stop').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await shows(page, 'Stopped');
  expect(pidRecord(home)).toBeUndefined();
  await button(page, 'Start').click();
  await page.getByText('The gateway is running.').waitFor();
  await shows(page, 'Running');
});

it('tells by itself of a gateway that is killed, and how it ended', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, env });
  const page = await openGatewayPage(launcher.url);
  await shows(page, 'Running');
  const killed = pidOfGateway(home);
  process.kill(killed, 'SIGKILL');
  await page.getByText('Ended by SIGKILL').first().waitFor();
  await until(() => ![undefined, killed].includes(pidRecord(home)?.pid), launcher.output);
  await shows(page, 'Running');
});

it('says why a gateway does not start, with the last lines of its log', async () => {
  const home = freshHome();
  writeHomeFile(home, 'config.json', { gateway: { port: 18790 }, channels: { pico: { max_connections: 'many' } } });
  const launcher = await startLauncher({ home, env });
  const page = await openGatewayPage(launcher.url);
  await shows(page, 'Failed');
  await page
    .getByText(/channels\.pico\.max_connections/)
    .first()
    .waitFor();
  await button(page, 'Start').click();
  const refusal = page.getByRole('alert').filter({ hasText: 'The gateway did not start.' });
  expect(await refusal.textContent()).toContain('channels.pico.max_connections');
});

it('says that a gateway which somebody else has started does not belong to the launcher', async () => {
  const home = freshHome();
  writeHomeFile(home, 'config.json', { channels: { pico: { enabled: true, token: 'a-channel-token-for-tests' } } });
  const gateway = run(built('gateway.js'), { home, env: { PICOCLAW_GATEWAY_PORT: String(await freePort()) } });
  await until(() => pidRecord(home) !== undefined, gateway.output);
  const launcher = await startLauncher({ home, env });
  const page = await openGatewayPage(launcher.url);
  await shows(page, 'Running');
  expect(await fact(page, 'Belongs to')).toContain('somebody else');
});

it('chooses the model that answers', async () => {
  const home = freshHome();
  writeHomeFile(home, 'config.json', {
    model_list: [
      { model_name: 'quick', model: 'command/cat' },
      { model_name: 'deep', model: 'command/cat' },
    ],
  });
  const launcher = await startLauncher({ home, env });
  const page = await openGatewayPage(launcher.url);
  await page.getByLabel('Default model').selectOption('deep');
  await page.getByText('From now on deep answers.').waitFor();
  expect(readHomeJson(home, 'config.json')).toMatchObject({ agents: { defaults: { model_name: 'deep' } } });
  await page.getByLabel('Default model').selectOption({ label: 'Built-in agent (no model)' });
  await page.getByText('From now on Built-in agent (no model) answers.').waitFor();
});

it('says that what it shows may be old while the launcher is away, and catches up', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, env: { ...env, PICOCLAW_SESSION_KEY: '0'.repeat(64) } });
  const page = await openGatewayPage(launcher.url);
  await shows(page, 'Running');
  await launcher.kill('SIGKILL');
  await page.getByText('The launcher does not answer.').waitFor();
  await startLauncher({
    ...{ home, gatewayPort: launcher.gatewayPort },
    env: { ...env, PICOCLAW_SESSION_KEY: '0'.repeat(64), PICOCLAW_LAUNCHER_PORT: String(launcher.port) },
  });
  await page.getByText('The launcher does not answer.').waitFor({ state: 'hidden', timeout: 30_000 });
  await shows(page, 'Running');
});
