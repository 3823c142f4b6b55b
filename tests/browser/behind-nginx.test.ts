import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openPage, useBrowser } from '../support/browser.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { startNginx } from '../support/nginx.ts';
import { startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'a token of my own choice';
const BASE = '/picoclaw';

/** A launcher in a sub-path of a site with TLS, and a person's browser; all that it asks for is written down. */
async function aSite() {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { base_path: BASE, trusted_proxy_cidrs: ['127.0.0.1/32'] });
  const launcher = await startLauncher({ home });
  const port = await startNginx({ upstreamPort: launcher.port, location: `${BASE}/` });
  // A name that every browser finds on its own machine, and that is none of the launcher's.
  const host = `picoclaw.localhost:${port}`;
  const person = await newPerson({ ignoreHTTPSErrors: true });
  const { page } = await openPage(person);
  const sockets: string[] = [];
  const requests: string[] = [];
  const redirects: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  page.on('request', (request) => requests.push(request.url()));
  page.on('response', (response) => {
    const { location } = response.headers();
    if (location !== undefined) redirects.push(location);
  });
  return { launcher, person, page, host, url: `https://${host}${BASE}`, sockets, requests, redirects };
}

const conversation = (page: Page) => page.getByRole('region', { name: 'Conversation' });
const message = (page: Page) => page.getByLabel('Message', { exact: true });

async function hearsBack(page: Page, text: string): Promise<void> {
  await message(page).fill(`/echo ${text}`);
  await message(page).press('Enter');
  await expect.poll(() => conversation(page).textContent()).toMatch(new RegExp(`${text}[\\s\\S]*${text}`));
}

/** Everything that a page points to, as the browser understands it. */
const pointers = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('head link[href], img[src], script[src], a[href]')].map(
      (element) => (element as HTMLLinkElement).href || (element as HTMLImageElement).src,
    ),
  );

it('a person uses all of it behind nginx: TLS in front, a sub-path, and nothing that leaves it', async () => {
  const { launcher, person, page, host, url, sockets, requests, redirects } = await aSite();
  const isOurs = (address: string) => address.startsWith(`${url}/`) || address.startsWith(`wss://${host}${BASE}/`);

  // First run, for a page that is not the first one. Through a proxy nobody is at the machine itself: proof is asked for.
  await page.goto(`${url}/gateway`);
  await page.waitForURL(`${url}/setup?*`);
  await page.getByLabel('New launcher token').fill(TOKEN);
  await page.getByLabel('Repeat the token').fill(TOKEN);
  await page.getByLabel('Generated token').fill(launcher.linkToken() ?? '');
  await page.getByRole('button', { name: 'Save and continue' }).click();
  await page.waitForURL(`${url}/gateway`);
  const [cookie, ...others] = await person.cookies();
  expect(others).toEqual([]);
  expect(cookie).toMatchObject({ path: BASE, secure: true, httpOnly: true, sameSite: 'Lax' });

  // The chat answers, over the proxy's TLS.
  await page.goto(`${url}/`);
  await hearsBack(page, 'through the proxy');
  const info = await page.evaluate(async () => (await fetch('api/pico/info')).json());
  expect(info).toMatchObject({ ws_url: `wss://${host}${BASE}/pico/ws` });
  await expect.poll(() => sockets.some((address) => address.startsWith(info.ws_url))).toBe(true);

  // Every page opens by its link, and again by its address.
  const heading = () => page.locator('h1').textContent();
  const paths = await page.locator('header nav a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  expect(paths.length).toBeGreaterThan(1);
  let before = await heading();
  for (const path of [...paths.slice(1), paths[0]]) {
    await page.locator(`header nav a[href="${path}"]`).click();
    await expect.poll(heading).not.toBe(before);
    await expect.poll(() => new URL(page.url()).pathname).toBe(path);
    before = await heading();
    await page.reload();
    await expect.poll(heading).toBe(before);
    expect((await pointers(page)).filter((pointer) => !isOurs(pointer))).toEqual([]);
  }
  const { icons, start_url } = await page.evaluate(async () => (await fetch('manifest.webmanifest')).json());
  expect(new URL(start_url, `${url}/manifest.webmanifest`).href).toBe(`${url}/`);
  const files = [
    ...(await page.locator('head link').evaluateAll((all) => all.map((link) => (link as HTMLLinkElement).href))),
  ];
  for (const { src } of icons) files.push(new URL(src, `${url}/manifest.webmanifest`).href);
  const statuses = await page.evaluate(
    (all) => Promise.all(all.map(async (file) => [file, (await fetch(file)).status])),
    files,
  );
  expect(statuses).toEqual(files.map((file) => [file, 200]));

  // Out, and in again to where the person wanted to be.
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByText('Sign out', { exact: true }).click();
  await page.getByLabel('Launcher token', { exact: true }).waitFor();
  expect(await person.cookies()).toEqual([]);
  await page.goto(`${url}/gateway?of=interest`);
  await page.getByLabel('Launcher token', { exact: true }).fill(TOKEN);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${url}/gateway?of=interest`);

  expect([...requests, ...sockets].filter((address) => !isOurs(address))).toEqual([]);
  expect(redirects.length).toBeGreaterThan(0);
  expect(redirects.filter((location) => !isOurs(new URL(location, url).href))).toEqual([]);
});
