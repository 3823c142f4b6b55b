import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openSignedIn, useBrowser } from '../support/browser.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { sayBeforehand } from '../support/long-chat.ts';
import { pidOfGateway, pidRecord, type RunningLauncher, startLauncher, until } from '../support/processes.ts';
import { screenshot } from '../support/screenshot.ts';
import type { Way } from '../support/way.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
/** A picture of one red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==';

const conversation = (page: Page) => page.getByRole('region', { name: 'Conversation' });
const sessions = (page: Page) => page.getByRole('navigation', { name: 'Chats' });
/** What is said on the page, by whom, in order; also what is too far away to be laid out. */
const said = (page: Page) =>
  conversation(page)
    .locator('article')
    .evaluateAll((articles) =>
      articles.map((article) => {
        const isOwn = article.querySelector('h2')?.textContent === 'You';
        const copy = article.cloneNode(true) as HTMLElement;
        for (const about of copy.querySelectorAll('h2, p:has(time), p:has(svg)')) about.remove();
        return `${isOwn ? '>' : '<'} ${copy.textContent?.trim()}`;
      }),
    );

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** Says it and waits for what is answered. */
async function ask(page: Page, text: string, answer: string): Promise<void> {
  await say(page, text);
  await expect.poll(async () => (await said(page)).at(-1)).toBe(`< ${answer}`);
}

async function aChat({ way }: { way?: Way } = {}): Promise<{ launcher: RunningLauncher; page: Page }> {
  const launcher = await startLauncher({ home: freshHome(), env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN }, way });
  const page = await openSignedIn(await newPerson(), { url: launcher.url, token: TOKEN, path: '/' });
  await page.getByText('Connected', { exact: true }).waitFor();
  return { launcher, page };
}

/** Ends the gateway and waits for the next one. */
async function killGateway({ home, output }: RunningLauncher): Promise<void> {
  const killed = pidOfGateway(home);
  process.kill(killed, 'SIGKILL');
  await until(() => ![undefined, killed].includes(pidRecord(home)?.pid), output);
}

/** A model of the test's that answers every message alike. */
const MODEL = {
  agents: { defaults: { model_name: 'house-model' } },
  model_list: [
    {
      model_name: 'house-model',
      model: 'command/node',
      command: process.execPath,
      args: ['-e', 'process.stdout.write(process.argv[1])', answerOfTheModel()],
    },
  ],
};

function answerOfTheModel(): string {
  return `Three of the five sensors reported in the last hour:

| Room | Temperature | Window |
| --- | ---: | --- |
| Kitchen | 21.4 °C | closed |
| Study | 19.8 °C | **open** |
| Cellar | 14.1 °C | closed |

The study cools down. This switches its radiator off while the window is open:

\`\`\`js
if (study.window === 'open') {
  await radiator.set('study', { mode: 'off' }); // until it is closed again
}
\`\`\`

Shall I add it to the rules of the house?`;
}

it('shows what a model writes: a table, and coloured code that can be copied', async () => {
  const home = freshHome();
  writeHomeFile(home, 'config.json', MODEL);
  const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const person = await newPerson();
  await person.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await openSignedIn(person, { url: launcher.url, token: TOKEN, path: '/' });
  await page.getByText('Connected', { exact: true }).waitFor();
  for (const earlier of ['Plan the meals of the week', 'Why is the night bus late?']) {
    await say(page, earlier);
    await conversation(page).getByText('Shall I add it').waitFor();
    await page.getByRole('button', { name: 'New chat' }).click();
  }
  await say(page, 'How warm is it in the house?');
  const answer = conversation(page);
  await answer.getByText('house-model', { exact: true }).waitFor();
  await expect.poll(() => answer.getByRole('cell', { name: '19.8 °C' }).count()).toBe(1);
  await expect.poll(() => answer.locator('code .hljs-keyword').allTextContents()).toEqual(['if', 'await']);
  await sessions(page).getByRole('link', { name: 'How warm' }).waitFor();
  await screenshot(page, 'chat');
  await page.setViewportSize({ width: 390, height: 780 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await screenshot(page, 'phone');
  await answer.getByRole('button', { name: 'Copy' }).click();
  await answer.getByText('Copied').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^if \(study\.window.*\n.*again\n\}$/);
});

it('lists the chats, finds, opens and deletes them', async () => {
  const { page } = await aChat();
  await ask(page, '/echo about apples', 'about apples');
  await page.getByRole('button', { name: 'New chat' }).click();
  await ask(page, '/echo about pears', 'about pears');
  const titles = () => sessions(page).getByRole('link').allTextContents();
  await expect
    .poll(async () => (await titles()).map((title) => title.replace(/now$/, '')))
    .toEqual(['/echo about pears', '/echo about apples']);

  await sessions(page).getByRole('link', { name: 'apples' }).click();
  await expect.poll(() => said(page)).toEqual(['> /echo about apples', '< about apples']);
  await page.goBack();
  await expect.poll(() => said(page)).toEqual(['> /echo about pears', '< about pears']);

  await page.getByLabel('Search chats').fill('apples');
  await expect.poll(async () => (await titles()).length).toBe(1);
  await page.getByLabel('Search chats').fill('bananas');
  await page.getByText('No chat contains “bananas”.').waitFor();
  await page.getByLabel('Search chats').fill('');
  await expect.poll(async () => (await titles()).length).toBe(2);

  // The one that is open: a new one takes its place.
  await page.getByRole('button', { name: 'Delete /echo about pears' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('The chat is deleted.').waitFor();
  await page.getByText('What can I do for you?').waitFor();
  await page.reload();
  await expect.poll(async () => (await titles()).length).toBe(1);
});

it('fetches what was said earlier when a reader goes up, and stays where they are', async () => {
  const { launcher, page } = await aChat();
  const texts = Array.from({ length: 60 }, (_, index) => `number ${index + 1}`);
  await sayBeforehand(launcher, { sessionId: 'long', token: TOKEN, texts });
  await page.goto(`${launcher.url}/#session=long`);
  await expect.poll(async () => (await said(page)).at(-1)).toBe('< number 60');
  expect(await said(page)).toHaveLength(50);

  // It goes to its end by itself first.
  await expect.poll(() => conversation(page).evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
  const first = conversation(page).locator('article').first();
  const text = (await first.textContent()) ?? '';
  await conversation(page).evaluate((element) => element.scrollTo({ top: 0 }));
  await expect.poll(async () => (await said(page)).length).toBe(100);
  expect((await said(page)).slice(0, 2)).toEqual(['> /echo number 11', '< number 11']);
  // What was on top is not far away.
  const still = conversation(page).locator('article').nth(50);
  expect(await still.textContent()).toBe(text);
  await expect.poll(async () => Math.abs((await still.boundingBox())?.y ?? 10_000)).toBeLessThan(500);

  // Who goes up again in the same moment has gone up: of both the page gets but one event.
  const latest = page.getByRole('button', { name: 'Jump to the latest' });
  await conversation(page).evaluate((element) => element.scrollTo({ top: 0 }));
  await latest.evaluate((button: HTMLElement) => {
    button.click();
    button.parentElement?.querySelector('section')?.scrollTo({ top: 100 });
  });
  await latest.waitFor();
});

it('sends images from the clipboard, by a drop and from a file, and shows them again later', async () => {
  const { page } = await aChat();
  const box = page.getByLabel('Message', { exact: true });
  const give = (kind: 'paste' | 'drop') =>
    box.evaluate(
      (element, { event, base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], 'pixel.png', { type: 'image/png' }));
        const shared = { bubbles: true, cancelable: true };
        element.dispatchEvent(
          event === 'paste'
            ? new ClipboardEvent('paste', { ...shared, clipboardData: transfer })
            : new DragEvent('drop', { ...shared, dataTransfer: transfer }),
        );
      },
      { event: kind, base64: PIXEL },
    );
  await give('paste');
  await give('drop');
  const file = { name: 'p.png', mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') };
  const picking = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add images' }).click();
  await (await picking).setFiles([file, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') }]);
  await page.getByRole('alert').filter({ hasText: 'Only images can be sent.' }).waitFor();
  await expect.poll(() => page.getByRole('button', { name: /^Remove image/ }).count()).toBe(3);
  await page.getByRole('button', { name: 'Remove image 2' }).click();
  await box.fill('/echo seen');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await said(page)).at(-1)).toBe('< seen');

  await page.reload();
  const images = conversation(page).getByRole('img', { name: /^Image/ });
  await expect.poll(() => images.count()).toBe(2);
  const widths = () => images.evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth));
  await expect.poll(widths).toEqual([1, 1]);
  expect(await images.first().getAttribute('src')).toMatch(/\/pico\/media\//);
});

it('says how far a message has come, and keeps one that waits while another page is looked at', async () => {
  const { launcher, page } = await aChat();
  await ask(page, '/echo one', 'one');
  await page.getByText('Delivered and stored').waitFor({ state: 'attached' });
  await page.getByRole('link', { name: 'Gateway' }).click();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await page.getByText('The gateway is stopped.').waitFor();

  await page.getByRole('link', { name: 'Chat', exact: true }).click();
  await say(page, '/echo two');
  await page.getByText('Waiting to be sent').waitFor();
  await page.getByLabel('Message', { exact: true }).fill('half a thought');
  await page.getByRole('link', { name: 'Gateway' }).click();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText('The gateway is running.').waitFor();
  await page.getByRole('link', { name: 'Chat', exact: true }).click();
  await expect.poll(() => said(page), { timeout: 20_000 }).toEqual(['> /echo one', '< one', '> /echo two', '< two']);
  expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('half a thought');
  expect(launcher.output()).not.toContain('uncaught');
});

it('loses and doubles nothing on the screen while the gateway is killed three times', async () => {
  const { launcher, page } = await aChat({ way: 'handoff' });
  const expected: string[] = [];
  for (let round = 1; round <= 3; round += 1) {
    // One whose answer is being given when the gateway dies, and one that is said meanwhile.
    await say(page, '/stream 100');
    await expect.poll(async () => (await said(page)).length).toBe(expected.length + 2);
    await killGateway(launcher);
    await say(page, `/echo after ${round}`);
    expected.push('> /stream 100', 'streamed', `> /echo after ${round}`, `< after ${round}`);
    await expect.poll(async () => (await said(page)).at(-1), { timeout: 30_000 }).toBe(`< after ${round}`);
  }
  const shown = await said(page);
  const isStreamed = (line: string) => line.startsWith('< ') && line.endsWith('100');
  expect(shown.map((line) => (isStreamed(line) ? 'streamed' : line)).sort()).toEqual([...expected].sort());
  await page.reload();
  await expect.poll(async () => (await said(page)).sort()).toEqual([...shown].sort());
});

it('keeps language and theme, also in the next tab', async () => {
  const { launcher, page } = await aChat();
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByLabel('Language').selectOption('zh');
  await page.getByRole('radio', { name: '深色' }).check({ force: true });
  await page
    .getByText('有什么可以帮您')
    .or(page.getByRole('button', { name: '新对话' }))
    .first()
    .waitFor();
  const look = (of: Page) =>
    of.evaluate(() => [document.documentElement.lang, document.documentElement.dataset['theme']]);
  expect(await look(page)).toEqual(['zh-Hans', 'dark']);
  await page.reload();
  await page.getByRole('button', { name: '新对话' }).waitFor();
  expect(await look(page)).toEqual(['zh-Hans', 'dark']);
  const second = await page.context().newPage();
  await second.goto(`${launcher.url}/gateway`);
  await second.getByRole('heading', { name: '网关' }).waitFor();
  expect(await look(second)).toEqual(['zh-Hans', 'dark']);
});
