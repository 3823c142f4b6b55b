import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openPage, openSignedIn, useBrowser } from '../support/browser.ts';
import { freePort, freshHome, readHomeJson, writeHomeFile } from '../support/home.ts';
import { pidRecord, type RunningLauncher, startLauncher } from '../support/processes.ts';
import { handshake } from '../support/sockets.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const CHANNEL_TOKEN = 'channel-token-for-tests';

/** A home whose files decide everything but the gateway's port. */
async function homeOf(settings: object = {}) {
  const home = freshHome();
  const port = await freePort();
  writeHomeFile(home, 'launcher-config.json', { launcher_token: TOKEN, port, mine: { kept: true }, ...settings });
  writeHomeFile(home, 'config.json', { channels: { pico: { enabled: true, mine: 1 }, telegram: { x: 1 } } });
  writeHomeFile(home, '.security.yml', `channels:\n  pico:\n    token: ${CHANNEL_TOKEN}\n`);
  return { home, port, url: `http://127.0.0.1:${port}` };
}

/** A launcher whose port is the file's. */
const start = (home: string): Promise<RunningLauncher> => startLauncher({ home, env: { PICOCLAW_LAUNCHER_PORT: '' } });

async function openSettings(url: string, token = TOKEN): Promise<Page> {
  const page = await openSignedIn(await newPerson(), { url, token, path: '/settings' });
  await page.getByLabel('Port', { exact: true }).waitFor();
  return page;
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const problemAt = async (page: Page, label: string) => {
  const id = await field(page, label).getAttribute('id');
  return page.locator(`[id="${id}-error"]`).textContent();
};
const stored = (home: string) => readHomeJson(home, 'launcher-config.json');

it('changes settings of the launcher, which a restart applies, and leaves the rest of the file alone', async () => {
  const { home, port, url } = await homeOf();
  const launcher = await start(home);
  const page = await openSettings(url);
  const nextPort = await freePort();
  await field(page, 'Port').fill(String(nextPort));
  await field(page, 'Host names').fill('claw.example\n\n  other.example ');
  await page.getByText('2 changes are not saved').waitFor();
  // Somebody else changes another key meanwhile.
  writeHomeFile(home, 'launcher-config.json', { ...stored(home), login_attempts_per_minute: 12 });
  await button(page, 'Save').click();
  await page.getByText('in use only after the launcher is restarted: Port').waitFor();
  expect(stored(home)).toEqual({
    ...{ launcher_token: TOKEN, mine: { kept: true }, port: nextPort },
    ...{ allowed_hosts: ['claw.example', 'other.example'], login_attempts_per_minute: 12 },
  });
  expect(await field(page, 'Sign-in attempts per minute').inputValue()).toBe('12');
  // The notice is what the launcher says, so it is there for everybody until the restart.
  await page.reload();
  await page.getByText('in use only after the launcher is restarted: Port').waitFor();

  await launcher.kill('SIGTERM');
  await start(home);
  const after = await openSettings(`http://127.0.0.1:${nextPort}`);
  expect(await field(after, 'Port').inputValue()).toBe(String(nextPort));
  expect(await after.getByText('in use only after the launcher is restarted').count()).toBe(0);
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
});

it('says at the field what is wrong, and writes nothing', async () => {
  const { home, url } = await homeOf();
  await start(home);
  const page = await openSettings(url);
  const before = stored(home);
  for (const [label, text, problem] of [
    ['Port', '70000', 'Enter a number from 1 to 65535.'],
    ['Allowed networks', '10.0.0.0/8\n192.168.1.7', 'Add the size: 192.168.1.7/32 is this one address.'],
    ['Host names', 'https://claw.example', '“https://claw.example” is not a host name'],
    ['Base path', 'claw', 'Enter a path such as /picoclaw.'],
    ['Largest message', 'much', 'Enter a whole number.'],
  ] as const) {
    await field(page, label).fill(text);
    await field(page, label).blur();
    await expect.poll(() => problemAt(page, label)).toContain(problem);
  }
  await button(page, 'Save').click();
  await expect.poll(() => field(page, 'Port').evaluate((element) => element === document.activeElement)).toBe(true);
  expect(stored(home)).toEqual(before);
  // A sentence goes when what it says is done.
  await field(page, 'Port').fill('7000');
  await expect.poll(() => problemAt(page, 'Port')).toBe('');
  await button(page, 'Discard').click();
  await page.getByText('not saved').waitFor({ state: 'detached' });
  expect(await field(page, 'Base path').inputValue()).toBe('/');

  // What only the launcher knows to be wrong comes back to the same place.
  await page.route('**/api/system/launcher-config*', async (route) => {
    if (route.request().method() !== 'PUT') return route.fallback();
    await route.continue({ postData: JSON.stringify({ port: 0 }) });
  });
  await field(page, 'Port').fill('7000');
  await button(page, 'Save').click();
  await expect.poll(() => problemAt(page, 'Port')).toContain('must be a whole number from 1 to 65535');
  expect(stored(home)).toEqual(before);
});

it('asks before it locks the person out, and before changes are lost', async () => {
  const { home, url } = await homeOf();
  await start(home);
  const page = await openSettings(url);
  await field(page, 'Allowed networks').fill('10.0.0.0/8');
  await field(page, 'Always allow this machine').uncheck();
  await page.getByRole('link', { name: 'Gateway', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  expect(new URL(page.url()).pathname).toBe('/settings');

  await button(page, 'Save').click();
  const dialog = page.getByRole('dialog', { name: 'Lock yourself out?' });
  await expect.poll(() => dialog.textContent()).toContain('would not let in your own address, 127.0.0.1');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(stored(home)).not.toHaveProperty('allowed_cidrs');
  await button(page, 'Save').click();
  await dialog.getByRole('button', { name: 'Save all the same' }).click();
  await page.getByText('Saved. Restart the launcher to use it.').waitFor();
  expect(stored(home)).toMatchObject({ allowed_cidrs: ['10.0.0.0/8'], allow_localhost_bypass: false });
  // Nothing is unsaved any more, so nothing is asked.
  await page.getByRole('link', { name: 'Gateway', exact: true }).click();
  await expect.poll(() => new URL(page.url()).pathname).toBe('/gateway');
});

it('changes options of the channel, and the running gateway goes by them at once', async () => {
  const { home, url } = await homeOf();
  const launcher = await start(home);
  await expect.poll(() => pidRecord(home)?.pid).toBeGreaterThan(0);
  const gateway = `ws://127.0.0.1:${launcher.gatewayPort}/pico/ws?token=${CHANNEL_TOKEN}`;
  const status = async () => {
    const opened = await handshake(gateway);
    opened.socket.terminate();
    return opened.status;
  };
  expect(await status()).toBe(401);
  const pid = pidRecord(home)?.pid;
  const page = await openSettings(url);
  await field(page, 'Token in the address').check();
  await button(page, 'Save').click();
  await page.getByText('Saved. The gateway uses it now.').waitFor();
  expect(await status()).toBe(101);
  expect(readHomeJson(home, 'config.json')).toEqual({
    channels: { pico: { enabled: true, mine: 1, allow_token_query: true }, telegram: { x: 1 } },
  });
  expect(pidRecord(home)?.pid).toBe(pid);

  // From now on the gateway follows the file by itself.
  await field(page, 'Follow the files').check();
  await button(page, 'Save').click();
  await expect.poll(() => readHomeJson(home, 'config.json')['gateway']).toEqual({ hot_reload: true });
  await page.getByText('not saved').waitFor({ state: 'detached' });
  writeHomeFile(home, 'config.json', { gateway: { hot_reload: true }, channels: { pico: { enabled: true } } });
  await expect.poll(status).toBe(401);
});

it('changes the launcher token, which signs everybody else out', async () => {
  const { home, url } = await homeOf();
  await start(home);
  const page = await openSettings(url);
  const other = await openSettings(url);
  await field(page, 'Current launcher token').fill('not the token');
  await field(page, 'New launcher token').fill('short');
  await button(page, 'Change the token').click();
  await page.getByText('Use at least 8 characters.').waitFor();
  await field(page, 'New launcher token').fill('another token of mine');
  await field(page, 'Repeat the token').fill('another token of mine');
  await button(page, 'Change the token').click();
  await page.getByText('That is not the launcher token.').waitFor();
  await field(page, 'Current launcher token').fill(TOKEN);
  await button(page, 'Change the token').click();
  await page.getByText('The launcher token was changed.').waitFor();
  expect(stored(home)).toMatchObject({ launcher_token: 'another token of mine', mine: { kept: true } });

  // The other browser is out, by itself, and back in with the new one only.
  await other.waitForURL(/\/login\?reason=session_ended/);
  await other.getByLabel('Launcher token', { exact: true }).fill('another token of mine');
  await button(other, 'Sign in').click();
  await other.getByLabel('Port', { exact: true }).waitFor();
  await page.reload();
  await field(page, 'Port').waitFor();

  await button(page, 'Sign out everywhere').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByText('You are signed out.').waitFor();
  await other.reload();
  await other.getByLabel('Launcher token', { exact: true }).waitFor();
});

it('makes who guesses the token wait, and counts down', async () => {
  const { home, url } = await homeOf({ login_attempts_per_minute: 2 });
  await start(home);
  const page = await openSettings(url);
  await field(page, 'Current launcher token').fill('a guess');
  await button(page, 'Change the token').waitFor();
  await field(page, 'New launcher token').fill('another token of mine');
  await field(page, 'Repeat the token').fill('another token of mine');
  await button(page, 'Change the token').click();
  await page.getByText('That is not the launcher token.').waitFor();
  await button(page, 'Change the token').click();
  await page.getByRole('button', { name: /^Wait \d+ s$/ }).waitFor();
  await page.getByText('Too many sign-in attempts').waitFor();
});

it('shows what the environment decides, and where', async () => {
  const home = freshHome();
  const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN, PICOCLAW_LOG_LEVEL: 'warn' };
  const launcher = await startLauncher({ home, env, args: ['--host', '127.0.0.1'] });
  const page = await openSettings(launcher.url);
  await page.getByText('Set by the environment variable PICOCLAW_LAUNCHER_PORT.').waitFor();
  expect(await field(page, 'Port').isEditable()).toBe(false);
  expect(await field(page, 'Listen addresses').isEditable()).toBe(false);
  expect(await page.getByText('Set on the command line by --host.').count()).toBe(1);
  await page.getByText('Set by the environment variable PICOCLAW_LOG_LEVEL.').waitFor();
  expect(await field(page, 'Log level').isDisabled()).toBe(true);
  await page.getByText('The token is set by the environment variable PICOCLAW_LAUNCHER_TOKEN').waitFor();
  expect(await page.getByLabel('New launcher token').count()).toBe(0);
});

it('is usable on a phone', async () => {
  const { home, url } = await homeOf({ public: true });
  await start(home);
  const person = await newPerson();
  const { page } = await openPage(person);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${url}/?token=${TOKEN}`);
  await page.goto(`${url}/settings`);
  await field(page, 'Port').fill('1');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await button(page, 'Save').waitFor();
});
