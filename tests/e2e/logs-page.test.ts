import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { api } from '../support/api.ts';
import { openSignedIn, useBrowser } from '../support/browser.ts';
import { freshHome } from '../support/home.ts';
import { pidRecord, startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN };
const floodingGateway = `${import.meta.dirname}/../support/flooding-gateway.mjs`;

const tool = (page: Page, name: string) => page.getByRole('toolbar').getByRole('button', { name, exact: true });
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search the log' });
const level = (page: Page) => page.getByRole('combobox', { name: 'Level' });
const log = (page: Page) => page.getByRole('log', { name: 'Gateway log' });
const says = (page: Page, text: string | RegExp) => log(page).getByText(text).first().waitFor();
const counts = (page: Page, text: string) => page.getByRole('toolbar').getByText(text).waitFor();

async function openLogs(url: string): Promise<Page> {
  return openSignedIn(await newPerson(), { url, token: TOKEN, path: '/logs' });
}

async function downloaded(page: Page): Promise<{ name: string; lines: string[] }> {
  const [file] = await Promise.all([page.waitForEvent('download'), tool(page, 'Download').click()]);
  const lines = readFileSync(await file.path(), 'utf8').split('\n');
  // It ends with the end of its last line.
  expect(lines.pop()).toBe('');
  return { name: file.suggestedFilename(), lines };
}

it('shows what the gateway has said and says, filtered as somebody wants it', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const gateway = api(launcher.url, TOKEN);
  const page = await openLogs(launcher.url);
  await says(page, 'gateway is ready');
  await gateway.post('/api/gateway/reload');
  await says(page, 'configuration reloaded');

  await search(page).fill('tion RELOADED');
  await expect.poll(() => log(page).locator('mark').allTextContents()).toEqual(['tion reloaded']);
  await expect.poll(() => log(page).getByText('gateway is ready').count()).toBe(0);
  await counts(page, '1 of ');
  const { name, lines } = await downloaded(page);
  expect(name).toMatch(/^picoclaw-gateway-.*\.log$/);
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['configuration reloaded']);

  await log(page).getByRole('button', { name: 'Show the fields' }).press('Enter');
  await says(page, '"msg": "configuration reloaded"');

  // What was chosen is chosen still when the page is opened again.
  await level(page).selectOption('error');
  await page.getByText('No line matches').waitFor();
  await tool(page, 'Wrap lines').click();
  await page.reload();
  await page.getByText('No line matches').waitFor();
  expect(await tool(page, 'Wrap lines').getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Show all lines' }).click();
  await says(page, 'gateway is ready');
  const all = await downloaded(page);
  const kept = (await gateway.get('/api/gateway/logs')).body['logs'];
  expect(all.lines).toEqual(kept);
});

it('stands still while it is paused, and goes on with what came meanwhile', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const page = await openLogs(launcher.url);
  await says(page, 'gateway is ready');
  await tool(page, 'Pause').click();
  await api(launcher.url, TOKEN).post('/api/gateway/reload');
  const resume = page.getByRole('button', { name: /^\d+ new lines? · Resume$/ });
  await resume.waitFor();
  expect(await log(page).getByText('configuration reloaded').count()).toBe(0);
  await resume.click();
  await says(page, 'configuration reloaded');
  await tool(page, 'Pause').waitFor();
});

it('clears the log when asked twice, and says where to go when nothing comes', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const gateway = api(launcher.url, TOKEN);
  const page = await openLogs(launcher.url);
  await says(page, 'gateway is ready');
  await gateway.post('/api/gateway/stop');
  await tool(page, 'Clear').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await says(page, 'gateway is ready');
  await tool(page, 'Clear').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Clear' }).click();
  await page.getByText('The gateway does not run.').waitFor();
  expect((await gateway.get('/api/gateway/logs')).body).toMatchObject({ logs: [], log_total: 0 });

  // The numbers begin anew, and nothing of before comes back.
  await gateway.post('/api/gateway/start?wait=1');
  await says(page, 'gateway is ready');
  const { lines } = await downloaded(page);
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
  await says(page, 'gateway is ready');
  await api(launcher.url, TOKEN).post('/api/gateway/reload');
  await says(page, 'configuration reloaded');
  await launcher.kill('SIGKILL');
  await page.getByText('The launcher does not answer.').first().waitFor();
  await startLauncher({
    ...{ home, gatewayPort: launcher.gatewayPort },
    env: { ...key, PICOCLAW_LAUNCHER_PORT: String(launcher.port) },
  });
  await log(page).getByText('The log starts over here').waitFor({ timeout: 30_000 });
  await page.getByText('The launcher does not answer.').first().waitFor({ state: 'hidden', timeout: 30_000 });
});

/** The longest task of each of several windows of time, 0 for none over 50 ms: shorter ones the browser does not tell. */
function longestTasks(page: Page, windows: number): Promise<number[]> {
  return page.evaluate(async (count) => {
    const tasks: PerformanceEntry[] = [];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
    observer.observe({ type: 'longtask', buffered: true });
    const longest: number[] = [];
    for (let window = 0; window < count; window += 1) {
      const begin = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const within = tasks.filter(({ startTime }) => startTime >= begin).map(({ duration }) => duration);
      longest.push(Math.max(0, ...within));
    }
    observer.disconnect();
    return longest;
  }, windows);
}

/** A machine that is busy with something else holds a browser up, too: the best third has to be without long tasks. */
const isSmooth = (longest: number[]) =>
  longest.filter((duration) => duration === 0).length >= Math.ceil(longest.length / 3);

it('stays smooth while 14,000 lines come, 400 in a second, and keeps the last 10,000 of them', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, env: { ...env, PICOCLAW_BINARY: floodingGateway } });
  const page = await openLogs(launcher.url);
  await says(page, 'listening on');
  process.kill(pidRecord(home)?.pid ?? 0, 'SIGHUP');
  await says(page, /line \d{3,} of many/);

  expect(await longestTasks(page, 6)).toSatisfy(isSmooth);
  const whileTyping = longestTasks(page, 6);
  await search(page).pressSequentially('line 9', { delay: 40 });
  expect(await search(page).inputValue()).toBe('line 9');
  await expect.poll(() => log(page).locator('mark').first().textContent()).toBe('line 9');
  expect(await whileTyping).toSatisfy(isSmooth);
  await search(page).fill('');
  await level(page).selectOption('error');
  await says(page, 'error');
  await expect.poll(() => log(page).getByText('info').count()).toBe(0);
  await level(page).selectOption('all');

  // Who has scrolled away reads on where they are, also while the oldest lines are let go.
  await counts(page, '10,000 lines');
  await log(page).hover();
  await page.mouse.wheel(0, -3_000);
  const latest = page.getByRole('button', { name: 'Jump to the latest' });
  await latest.waitFor();
  const read = await topLine(page);
  expect(await longestTasks(page, 6)).toSatisfy(isSmooth);
  expect(await topLine(page)).toBe(read);
  await latest.click();
  await log(page).getByText('line 14000 of many').waitFor({ timeout: 40_000 });
  await counts(page, '10,000 lines');
  const { lines } = await downloaded(page);
  expect(lines.map((line) => JSON.parse(line).number)).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 4_001));
});

/** The first line in sight. */
function topLine(page: Page): Promise<string | undefined> {
  return log(page).evaluate((element) => {
    const { left, top } = element.getBoundingClientRect();
    const row = document.elementFromPoint(left + 100, top + 30)?.closest('[data-index]');
    return /line \d+/.exec(row?.textContent ?? '')?.[0];
  });
}
