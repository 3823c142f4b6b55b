import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { openSignedIn, useBrowser } from '../support/browser.ts';
import { freshHome } from '../support/home.ts';
import { logsPage } from '../support/logs-page.ts';
import { sayBeforehand } from '../support/long-chat.ts';
import { isSmooth, longestTasks } from '../support/long-tasks.ts';
import { pidOfGateway, startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN };
const floodingGateway = `${import.meta.dirname}/../support/flooding-gateway.mjs`;

/** An answer with something of everything that costs time to show. */
const answer = (number: number) => `## Answer ${number}

Some **bold** text with \`code\`, and a list:

- one
- two
- three

| a | b |
| - | - |
| 1 | 2 |

\`\`\`js
const value = ${number}; // a comment
function double() { return value * 2; }
\`\`\``;

it('stays smooth with 500 messages: while they are scrolled, while somebody types and while an answer comes', async () => {
  const launcher = await startLauncher({ home: freshHome(), env });
  const texts = Array.from({ length: 250 }, (_, index) => answer(index + 1));
  await sayBeforehand(launcher, { sessionId: 'long', token: TOKEN, texts });
  const page = await openSignedIn(await newPerson(), { url: launcher.url, token: TOKEN, path: '/' });
  await page.goto(`${launcher.url}/#session=long`);
  await page.getByRole('heading', { name: 'Answer 250' }).waitFor();

  const conversation = page.getByRole('region', { name: 'Conversation' });
  const message = page.getByLabel('Message', { exact: true });
  await conversation.hover();
  const whileLoading = longestTasks(page, 6);
  await expect
    .poll(
      async () => {
        await page.mouse.wheel(0, -2_000);
        return conversation.locator('article').count();
      },
      { timeout: 60_000, interval: 100 },
    )
    .toBe(500);
  expect(await whileLoading).toSatisfy(isSmooth);

  const whileScrolling = longestTasks(page, 3);
  for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(0, turn < 20 ? 1_500 : -1_500);
  expect(await whileScrolling).toSatisfy(isSmooth);

  await message.fill('/stream 150');
  await page.keyboard.press('Enter');
  const whileTyping = longestTasks(page, 3);
  await message.pressSequentially('typed while an answer comes', { delay: 60 });
  expect(await message.inputValue()).toBe('typed while an answer comes');
  expect(await whileTyping).toSatisfy(isSmooth);
});

it('stays smooth while 400 lines come in a second, and keeps the last 10,000 of 13,000', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, env: { ...env, PICOCLAW_BINARY: floodingGateway } });
  const page = await openSignedIn(await newPerson(), { url: launcher.url, token: TOKEN, path: '/logs' });
  const { log, search, level, says, counts, downloaded } = logsPage(page);
  await says('listening on');
  process.kill(pidOfGateway(home), 'SIGHUP');
  await says(/line 5\d{3} of many/);

  expect(await longestTasks(page, 4)).toSatisfy(isSmooth);
  const whileTyping = longestTasks(page, 4);
  await search.pressSequentially('line 9', { delay: 40 });
  expect(await search.inputValue()).toBe('line 9');
  await expect.poll(() => log.locator('mark').first().textContent()).toBe('line 9');
  expect(await whileTyping).toSatisfy(isSmooth);
  await search.fill('');
  await level.selectOption('error');
  await says('error');
  await expect.poll(() => log.getByText('info').count()).toBe(0);
  await level.selectOption('all');

  // Who has scrolled away reads on where they are, also while the oldest lines are let go.
  await counts('10,000 lines');
  await log.hover();
  await page.mouse.wheel(0, -3_000);
  const latest = page.getByRole('button', { name: 'Jump to the latest' });
  await latest.waitFor();
  const read = await topLine(log);
  expect(await longestTasks(page, 4)).toSatisfy(isSmooth);
  expect(await topLine(log)).toBe(read);
  await latest.click();
  await log.getByText('line 13000 of many').waitFor({ timeout: 40_000 });
  await counts('10,000 lines');
  const { lines } = await downloaded();
  expect(lines.map((line) => JSON.parse(line).number)).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 3_001));
});

/** The first line in sight. */
function topLine(log: Locator): Promise<string | undefined> {
  return log.evaluate((element) => {
    const { left, top } = element.getBoundingClientRect();
    const row = document.elementFromPoint(left + 100, top + 30)?.closest('[data-index]');
    return /line \d+/.exec(row?.textContent ?? '')?.[0];
  });
}
