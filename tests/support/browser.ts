import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';

/** Nothing that talks to the outside or needs a display; the sandbox needs a user of its own, which CI does not have. */
export const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  // Names of the reserved domain stand for other sites, all of which are on this machine.
  '--host-resolver-rules=MAP *.test 127.0.0.1',
];

/** The Chromium that `npm test` has found. */
export const browserPath = (): string => process.env['CHROME_PATH'] ?? '/usr/bin/chromium';

/** One Chromium for a test file; every test gets a context (a person with a browser of their own) from it. */
export function useBrowser(): { newPerson(options?: BrowserContextOptions): Promise<BrowserContext> } {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserPath(), args: BROWSER_ARGS });
  });
  afterAll(() => browser.close());
  return {
    async newPerson(options = {}) {
      const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 800 }, ...options });
      // Now and then Chromium does not answer to that; it is ended with the browser in any case.
      onTestFinished(() => Promise.race([context.close(), delay(10_000, undefined, { ref: false })]));
      return context;
    },
  };
}

/** Opens a page whose console errors fail the test, a breach of the content security policy among them. */
export async function openPage(person: BrowserContext): Promise<{ page: Page; complaints: string[] }> {
  const page = await person.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A refused request is part of some stories; the page itself must not fail.
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.setDefaultTimeout(15_000);
  onTestFinished(() => expect(complaints).toEqual([]));
  return { page, complaints };
}

/** Opens a page of the dashboard as somebody who has just signed in by a link. */
export async function openSignedIn(person: BrowserContext, { url, token, path }: SignIn): Promise<Page> {
  const { page } = await openPage(person);
  await page.goto(`${url}${path}?token=${encodeURIComponent(token)}`);
  return page;
}

/** Signs in without loading the dashboard; the page is left on a file of the launcher's origin. */
export async function signInQuietly(page: Page, { url, token }: Omit<SignIn, 'path'>): Promise<void> {
  await page.goto(`${url}/favicon.svg`);
  const status = await page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch('login', { method: 'POST', headers, body })).status;
  }, JSON.stringify({ token }));
  expect(status).toBe(200);
}

interface SignIn {
  /** Where the launcher answers. */
  url: string;
  token: string;
  /** The page, from the root. */
  path: string;
}
