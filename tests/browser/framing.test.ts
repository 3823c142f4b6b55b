import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openPage, signInQuietly, useBrowser } from '../support/browser.ts';
import { startForeignSite } from '../support/foreign-site.ts';
import { freshHome } from '../support/home.ts';
import { startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';

/** Every way of showing an address within a page. */
const framesOf = (url: string) =>
  `<iframe src="${url}"></iframe><iframe sandbox="allow-scripts allow-forms" src="${url}"></iframe>
   <object data="${url}" type="text/html"></object><embed src="${url}" type="text/html">`;

/** What stands in the frames of a page: their addresses, or that the browser refused to show them. */
const shown = (page: Page): string[] => [
  ...new Set(
    page
      .frames()
      .slice(1)
      .map((frame) => (frame.url().startsWith('chrome-error:') ? 'refused' : frame.url())),
  ),
];

it('no page shows the dashboard or the sign-in page within itself, not even one of the launcher', async () => {
  const launcher = await startLauncher({ home: freshHome(), args: ['--external-gateway'] });
  const target = `http://localhost:${launcher.port}`;
  const site = await startForeignSite();
  const person = await newPerson();
  const token = launcher.linkToken() ?? '';
  for (const isSignedIn of [false, true]) {
    const page = await person.newPage();
    if (isSignedIn) await signInQuietly(page, { url: target, token });
    const html = framesOf(`${target}${isSignedIn ? '/' : '/login'}`);
    // Another port is the same site to a browser, so there the cookie comes along.
    for (const name of ['localhost', 'evil.test']) {
      await page.goto(`http://${name}:${site.port}${site.page(html)}`);
      expect(page.frames().length).toBeGreaterThan(1);
      await expect.poll(() => [name, isSignedIn, ...shown(page)]).toEqual([name, isSignedIn, 'refused']);
    }
    await page.close();
  }
});

it('who has opened the launcher in a window can neither read it, nor put another page in its place', async () => {
  const launcher = await startLauncher({
    home: freshHome(),
    args: ['--external-gateway'],
    env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN },
  });
  const target = `http://localhost:${launcher.port}`;
  const site = await startForeignSite();
  const person = await newPerson();
  await signInQuietly(await person.newPage(), { url: target, token: TOKEN });
  const { page } = await openPage(person);
  await page.goto(`http://localhost:${site.port}/`);
  const opening = person.waitForEvent('page');
  await page.evaluate((url) => Object.assign(window, { opened: window.open(url) }), `${target}/`);
  const dashboard = await opening;
  await dashboard.getByRole('navigation').first().waitFor();
  expect(await dashboard.evaluate(() => window.opener)).toBeNull();
  const reached = await page.evaluate((elsewhere) => {
    const { opened } = window as unknown as { opened: Window };
    const attempt = (action: () => unknown) => {
      try {
        return String(action());
      } catch {
        return 'refused';
      }
    };
    return {
      document: attempt(() => opened.document),
      address: attempt(() => opened.location.href),
      storage: attempt(() => opened.localStorage),
      isGone: opened.closed,
      navigation: attempt(() => {
        opened.location = elsewhere;
        return 'asked for';
      }),
    };
  }, `http://evil.test:${site.port}/looks-like-the-sign-in-page`);
  expect(reached).toMatchObject({ document: 'refused', address: 'refused', storage: 'refused', isGone: true });
  expect(await dashboard.evaluate(() => window.location.pathname)).toBe('/');
  expect(site.requests.map(({ url }) => url)).not.toContain('/looks-like-the-sign-in-page');
});
