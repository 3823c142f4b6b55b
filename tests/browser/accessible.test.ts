import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { api } from '../support/api.ts';
import { bringAxe, findBarriers } from '../support/axe.ts';
import { openPage, useBrowser } from '../support/browser.ts';
import { freshHome } from '../support/home.ts';
import { startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const ANSWER = `/echo ## A heading

A [link](https://example.com/), \`code\` and **more**:

| name | state |
|------|-------|
| one  | well  |

\`\`\`ts
const answer: number = 42; // with a comment that goes on for so long that it does not fit on a phone
\`\`\`

1. first
2. second

> said before`;

const LOOKS = [
  { theme: 'light', language: 'en', width: 1280, height: 800 },
  { theme: 'dark', language: 'zh', width: 1280, height: 800 },
  { theme: 'light', language: 'zh', width: 360, height: 740 },
  { theme: 'dark', language: 'en', width: 360, height: 740 },
] as const;
type Look = (typeof LOOKS)[number];

/** A page of a person with these preferences, and what is wrong with each thing that it shows. */
async function openPageThatLooks({ theme, language, width, height }: Look) {
  const person = await newPerson({ viewport: { width, height } });
  await bringAxe(person);
  await person.addInitScript(
    (wanted) => {
      localStorage.setItem('picoclaw.theme', wanted.theme);
      localStorage.setItem('picoclaw.language', wanted.language);
    },
    { theme, language },
  );
  const { page } = await openPage(person);
  const hasNoBarriers = async (what: string) => {
    const shown = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]);
    expect(shown, what).toEqual([expect.stringMatching(`^${language}`), theme]);
    expect.soft(await findBarriers(page), what).toEqual([]);
  };
  return { page, hasNoBarriers };
}

const composer = (page: Page) => page.locator('main textarea');
const say = async (page: Page, text: string) => {
  await composer(page).fill(text);
  await composer(page).press('Enter');
};

/** The paths of the pages in the header, but for the chat. */
async function pagesOfTheNav(page: Page): Promise<string[]> {
  const paths = await page
    .locator('header nav a')
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
  expect(paths.length).toBeGreaterThan(0);
  return paths.filter((path) => path !== '/');
}

/** Opens a page by its address, and waits for what it loads. */
async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('h1').waitFor();
  await expect.poll(() => page.locator('main [class*="skeleton"]').count()).toBe(0);
}

describe.each(LOOKS)('nobody is kept out, in $theme, $language, at $width px', (look) => {
  it('before signing in', async () => {
    const [fresh, launcher] = await Promise.all([
      startLauncher({ home: freshHome() }),
      startLauncher({ home: freshHome(), env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } }),
    ]);
    const { page, hasNoBarriers } = await openPageThatLooks(look);
    await open(page, `${fresh.url}/setup`);
    await hasNoBarriers('first run');
    await page.locator('input[type=password]').first().fill('short');
    await page.locator('button[type=submit]').click();
    await page.locator('[aria-invalid=true]').first().waitFor();
    await hasNoBarriers('first run, with problems');

    await open(page, `${launcher.url}/login`);
    await hasNoBarriers('sign-in');
    await page.locator('input[type=password]').fill('not the token');
    await page.locator('button[type=submit]').click();
    await page.locator('[aria-invalid=true]').waitFor();
    await hasNoBarriers('sign-in, refused');
  });

  it('on every page, with the gateway and without', async () => {
    const launcher = await startLauncher({ home: freshHome(), env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
    const { page, hasNoBarriers } = await openPageThatLooks(look);
    await open(page, `${launcher.url}/?token=${TOKEN}`);
    await composer(page).waitFor();
    await hasNoBarriers('an empty chat');
    await say(page, ANSWER);
    await page.locator('main table').waitFor();
    await page.locator('main pre').waitFor();
    await hasNoBarriers('an answer');
    await page.locator('[popovertarget="main-menu"]').click();
    await page.locator('#main-menu').waitFor();
    await hasNoBarriers('the menu');

    const paths = [...(await pagesOfTheNav(page)), '/not-there'];
    for (const path of paths) {
      await open(page, launcher.url + path);
      await hasNoBarriers(path);
    }
    await open(page, `${launcher.url}/gateway`);
    await page.locator('main section').first().getByRole('button').last().click();
    await page.locator('dialog[open]').waitFor();
    await hasNoBarriers('a question before something is done');
    await api(launcher.url, TOKEN).post('/api/gateway/stop');
    // What is shown instead has the colours and sizes of everything else: once wide and once narrow is enough.
    for (const path of look.theme === 'dark' ? paths : []) {
      await open(page, launcher.url + path);
      await hasNoBarriers(`${path} with no gateway`);
    }
    await open(page, launcher.url);
    await page.getByTestId('connection-banner').waitFor();
    await hasNoBarriers('a chat with no gateway');
  });
});
