import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { signInQuietly, useBrowser } from '../support/browser.ts';
import { startForeignSite } from '../support/foreign-site.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const SOCKETS = ['pico/ws', 'api/events'];

/** What becomes of a WebSocket that a script of the page, or of a frame in it, opens. */
const open = (page: Page, url: string, frame = 0): Promise<string> =>
  page.frames()[frame]?.evaluate(
    (address) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(address);
        socket.onopen = () => {
          socket.close();
          resolve('open');
        };
        socket.onerror = () => resolve('refused');
      }),
    url,
  ) ?? Promise.resolve('no such frame');

/** All sockets of a launcher, tried from one page. */
async function tryAll(page: Page, authority: string, frame?: number): Promise<string> {
  const results = await Promise.all(SOCKETS.map((path) => open(page, `ws://${authority}/${path}`, frame)));
  return [...new Set(results)].join(', ');
}

it('no foreign page opens a socket on the session of the person who looks at it', async () => {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { allowed_hosts: ['pico.test'] });
  const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const site = await startForeignSite();
  const person = await newPerson();
  const page = await person.newPage();
  const answers = new Set<string>();
  page.on('websocket', (socket) => socket.on('socketerror', (text) => answers.add(text)));

  const found: Record<string, string> = {};
  const wanted: Record<string, string> = {};
  // Over http at a name of its own, a browser adds no Sec-Fetch-Site: there the Origin alone decides.
  for (const name of ['localhost', 'pico.test']) {
    const authority = `${name}:${launcher.port}`;
    await signInQuietly(page, { url: `http://${authority}`, token: TOKEN });
    await expect.poll(() => tryAll(page, authority)).toBe('open');

    // Another port is the same site to a browser: it sends the cookie along, and so it does for a name below ours.
    const others = [name, `${name}.evil.test`, `evil.${name}`, `evil-${name}`.replace(/(?<!\.test)$/, '.test')];
    for (const other of [...others, 'evil.test', '127.0.0.1']) {
      await page.goto(`http://${other}:${site.port}/`);
      found[`${other} → ${name}`] = await tryAll(page, authority);
      wanted[`${other} → ${name}`] = 'refused';
    }
    // Their origin is `null`.
    const frames = `<iframe sandbox="allow-scripts" src="/"></iframe><iframe src="data:text/html,x"></iframe>`;
    await page.goto(`http://${name}:${site.port}${site.page(frames)}`);
    for (const [index, kind] of ['sandboxed frame', 'data: frame'].entries()) {
      found[`${kind} → ${name}`] = await tryAll(page, authority, index + 1);
      wanted[`${kind} → ${name}`] = 'refused';
    }
  }
  expect(found).toEqual(wanted);
  // By the launcher, not because it could not be reached; what comes without the cookie is a 401 to the events.
  const isRefusal = (text: string) => /Unexpected response code: 403$|HTTP Authentication failed/.test(text);
  expect([...answers].filter((text) => !isRefusal(text))).toEqual([]);
  expect(answers.size).toBeGreaterThan(0);
});
