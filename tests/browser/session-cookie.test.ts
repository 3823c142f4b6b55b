import type { BrowserContext, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { signInQuietly, useBrowser } from '../support/browser.ts';
import { startForeignSite } from '../support/foreign-site.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { startProxy, without } from '../support/in-between.ts';
import { startNginx } from '../support/nginx.ts';
import { startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const NAME = 'picoclaw_launcher_auth';
const WEEK_S = 604_800;

function aLauncher(config: object = {}) {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { launcher_token: TOKEN, allowed_hosts: ['pico.test'], ...config });
  return startLauncher({ home, args: ['--external-gateway'] });
}

const lookers = new WeakMap<BrowserContext, Page>();

/** Whether the launcher knows who uses this browser. */
async function isSignedIn(person: BrowserContext, url: string): Promise<boolean> {
  const page = lookers.get(person) ?? (await person.newPage());
  lookers.set(person, page);
  await page.goto(`${url}/favicon.svg`);
  return page.evaluate(async () => (await (await fetch('api/auth/status')).json()).authenticated);
}

const signOut = (page: Page): Promise<number> =>
  page.evaluate(async () => (await fetch('logout', { method: 'POST' })).status);

it('the cookie arrives as it should: hidden from scripts, for this host alone, for a week', async () => {
  const launcher = await aLauncher();
  const person = await newPerson();
  const page = await person.newPage();
  // A header that anybody can write does not make it Secure: over http the browser would drop it.
  await page.setExtraHTTPHeaders({ 'x-forwarded-proto': 'https', forwarded: 'proto=https' });
  await signInQuietly(page, { url: `http://pico.test:${launcher.port}`, token: TOKEN });
  const [cookie, ...others] = await person.cookies();
  expect(others).toEqual([]);
  // A domain with a dot before it would be for every name below.
  expect(cookie).toMatchObject({ domain: 'pico.test', path: '/', httpOnly: true, sameSite: 'Lax', secure: false });
  expect(Math.abs((cookie?.expires ?? 0) - Date.now() / 1000 - WEEK_S)).toBeLessThan(120);
  expect(await page.evaluate(() => document.cookie)).toBe('');
  expect(await isSignedIn(person, `http://pico.test:${launcher.port}`)).toBe(true);
});

it('a link on another site leads to who is signed in; nothing else of that site carries the cookie', async () => {
  const launcher = await aLauncher();
  // One request on each connection, so that each is seen.
  const request = (head: string) => `${without('connection')(head)}connection: close\r\n`;
  const seen = await startProxy(launcher.port, { request });
  const site = await startForeignSite();
  const url = `http://pico.test:${seen.port}`;
  const person = await newPerson();
  const page = await person.newPage();
  await signInQuietly(page, { url, token: TOKEN });
  const html = `<a href="${url}/?by=link">x</a><img src="${url}/?by=img"><iframe src="${url}/?by=frame"></iframe>
    <script src="${url}/?by=script"></script><form method="post" action="${url}/logout?by=form"></form>`;
  await page.goto(`http://evil.test:${site.port}${site.page(html)}`);
  await page.evaluate(
    (address) => fetch(address, { mode: 'no-cors', credentials: 'include' }).catch(() => {}),
    `${url}/?by=fetch`,
  );
  await page.evaluate(() => document.forms[0]?.submit());
  await page.waitForURL(/by=form/);
  await page.goBack();
  await page.locator('a').click();
  await page.getByRole('navigation').first().waitFor();
  const carried = seen.heads.flatMap((head) => {
    const [, by] = /^\w+ \S*[?&]by=(\w+)/.exec(head) ?? [];
    return by === undefined ? [] : [`${by}: ${/^cookie:.*launcher_auth\w*=/im.test(head)}`];
  });
  const wanted = ['fetch: false', 'form: false', 'frame: false', 'img: false', 'link: true', 'script: false'];
  expect([...new Set(carried)].sort()).toEqual(wanted);
});

it('behind a trusted proxy with TLS it is Secure and bound to its host; behind one that is not trusted it is as over http', async () => {
  const person = await newPerson({ ignoreHTTPSErrors: true });
  const page = await person.newPage();
  for (const trusted of [['127.0.0.1/32'], []]) {
    const launcher = await aLauncher({ trusted_proxy_cidrs: trusted });
    const port = await startNginx({ upstreamPort: launcher.port, location: '/' });
    const url = `https://pico.test:${port}`;
    await person.clearCookies();
    await signInQuietly(page, { url, token: TOKEN });
    const secure = trusted.length > 0;
    const name = `${secure ? '__Host-' : ''}${NAME}`;
    expect(await person.cookies()).toEqual([expect.objectContaining({ name, secure, httpOnly: true, path: '/' })]);
    expect(await isSignedIn(person, url)).toBe(true);
    expect(await signOut(page)).toBe(200);
    expect(await person.cookies()).toEqual([]);
  }
});

it('cookies of our name that a page below our host has set lock nobody out', async () => {
  const launcher = await aLauncher();
  const site = await startForeignSite();
  const url = `http://pico.test:${launcher.port}`;
  const person = await newPerson();
  const page = await person.newPage();
  // The longer its path, the earlier a cookie stands in the header.
  const paths = ['/', '/login', '/api', '/api/auth', '/api/auth/status', '/logout'];
  const tossed = paths.map((path) => `${NAME}=tossed; Domain=pico.test; Path=${path}`);
  const path = site.page('', { 'set-cookie': tossed });
  const toss = async () => {
    await page.goto(`http://evil.pico.test:${site.port}${path}`);
    expect((await person.cookies()).filter(({ value }) => value === 'tossed')).toHaveLength(tossed.length);
  };
  await toss();
  expect(await isSignedIn(person, url)).toBe(false);
  await toss();
  await signInQuietly(page, { url, token: TOKEN });
  expect(await isSignedIn(person, url)).toBe(true);
  await toss();
  expect(await isSignedIn(person, url)).toBe(true);
  await page.goto(`${url}/`);
  await page.getByRole('navigation').first().waitFor();
  expect(await signOut(page)).toBe(200);
  expect(await isSignedIn(person, url)).toBe(false);
});
