import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { api } from '../support/api.ts';
import { openSignedIn, useBrowser } from '../support/browser.ts';
import { freshHome } from '../support/home.ts';
import { logsPage } from '../support/logs-page.ts';
import { startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN };

async function openLogs(url: string): Promise<Page> {
  return openSignedIn(await newPerson(), { url, token: TOKEN, path: '/logs' });
}

it('shows what the gateway has said and says, filtered as somebody wants it', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const gateway = api(launcher.url, TOKEN);
  const page = await openLogs(launcher.url);
  const { log, tool, search, level, says, counts, downloaded } = logsPage(page);
  await says('gateway is ready');
  await gateway.post('/api/gateway/reload');
  await says('configuration reloaded');

  await search.fill('tion RELOADED');
  await expect.poll(() => log.locator('mark').allTextContents()).toEqual(['tion reloaded']);
  await expect.poll(() => log.getByText('gateway is ready').count()).toBe(0);
  await counts('1 of ');
  const { name, lines } = await downloaded();
  expect(name).toMatch(/^picoclaw-gateway-.*\.log$/);
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['configuration reloaded']);

  await log.getByRole('button', { name: 'Show the fields' }).press('Enter');
  await says('"msg": "configuration reloaded"');

  // What was chosen is chosen still when the page is opened again.
  await level.selectOption('error');
  await page.getByText('No line matches').waitFor();
  await tool('Wrap lines').click();
  await page.reload();
  await page.getByText('No line matches').waitFor();
  expect(await tool('Wrap lines').getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Show all lines' }).click();
  await says('gateway is ready');
  const all = await downloaded();
  const kept = (await gateway.get('/api/gateway/logs')).body['logs'];
  expect(all.lines).toEqual(kept);
});

it('stands still while it is paused, and goes on with what came meanwhile', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const page = await openLogs(launcher.url);
  const { log, tool, says } = logsPage(page);
  await says('gateway is ready');
  await tool('Pause').click();
  const reloads = log.getByText('configuration reloaded');
  const before = await reloads.count();
  await api(launcher.url, TOKEN).post('/api/gateway/reload');
  const resume = page.getByRole('button', { name: /^\d+ new lines? · Resume$/ });
  await resume.waitFor();
  expect(await reloads.count()).toBe(before);
  await resume.click();
  await expect.poll(() => reloads.count()).toBe(before + 1);
  await tool('Pause').waitFor();
});

it('clears the log when asked twice, and says where to go when nothing comes', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const gateway = api(launcher.url, TOKEN);
  const page = await openLogs(launcher.url);
  const { tool, says, downloaded } = logsPage(page);
  await says('gateway is ready');
  await gateway.post('/api/gateway/stop');
  await tool('Clear').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await says('gateway is ready');
  await tool('Clear').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Clear' }).click();
  await page.getByText('The gateway does not run.').waitFor();
  expect((await gateway.get('/api/gateway/logs')).body).toMatchObject({ logs: [], log_total: 0 });

  // The numbers begin anew, and nothing of before comes back.
  await gateway.post('/api/gateway/start?wait=1');
  await says('gateway is ready');
  const { lines } = await downloaded();
  expect(lines).toEqual((await gateway.get('/api/gateway/logs')).body['logs']);
  await gateway.post('/api/gateway/stop?wait=1');
  await gateway.post('/api/gateway/logs/clear');
  await page.reload();
  await page.getByRole('link', { name: 'Go to the gateway' }).click();
  await page.getByRole('heading', { name: 'Gateway', exact: true }).waitFor();
});

it('says that the launcher is away, and goes on in the log of the next one', async () => {
  const home = freshHome();
  const key = { ...env, PICOCLAW_SESSION_KEY: '0'.repeat(64) };
  const launcher = await startLauncher({ home, env: key });
  const page = await openLogs(launcher.url);
  const { log, says } = logsPage(page);
  await says('gateway is ready');
  await api(launcher.url, TOKEN).post('/api/gateway/reload');
  await says('configuration reloaded');
  await launcher.kill('SIGKILL');
  await page.getByText('The launcher does not answer.').first().waitFor();
  await startLauncher({
    ...{ home, gatewayPort: launcher.gatewayPort },
    env: { ...key, PICOCLAW_LAUNCHER_PORT: String(launcher.port) },
  });
  await log.getByText('The log starts over here').waitFor({ timeout: 30_000 });
  await page.getByText('The launcher does not answer.').first().waitFor({ state: 'hidden', timeout: 30_000 });
});
