import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { startForeignSite } from '../support/foreign-site.ts';
import { freshHome } from '../support/home.ts';
import { startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const READS = ['', 'login', 'setup', 'health', 'favicon.svg', 'api/auth/status', 'api/gateway/logs', 'metrics', 'none'];
const CHANGES = ['login', 'setup', 'logout', 'api/gateway/start'];

it('a name that leads to the launcher all of a sudden gets nothing from it: to a browser its page is of that origin', async () => {
  const home = freshHome();
  // A first run is what there is most to gain from: at the machine itself it asks for no proof.
  const launcher = await startLauncher({ home, args: ['--external-gateway'] });
  const config = readFileSync(join(home, 'launcher-config.json'), 'utf8');
  const person = await newPerson();
  for (const name of ['rebound.test', 'localhost.test', '127.0.0.1.test']) {
    const site = await startForeignSite();
    const page = await person.newPage();
    await page.goto(`http://${name}:${site.port}/`);
    expect(await page.title()).toBe('A foreign site');
    site.rebindTo(launcher.port);

    const token = launcher.linkToken() ?? '';
    const replies = await page.evaluate(
      async ({ reads, changes, right }) => {
        const tell = async (path: string, options: RequestInit = {}) => {
          const reply = await fetch(`/${path}`, options);
          const text = await reply.text();
          return {
            status: reply.status,
            isExplained: text.includes('host_not_allowed'),
            hasToken: text.includes(right),
          };
        };
        const headers = { 'content-type': 'application/json' };
        const body = JSON.stringify({ token: right, confirm: right });
        return Promise.all([
          ...reads.map((path) => tell(path)),
          ...reads.map((path) => tell(path, { headers: { authorization: `Bearer ${right}` } })),
          ...changes.map((path) => tell(path, { method: 'POST', headers, body })),
          tell(`?token=${right}`),
        ]);
      },
      { reads: READS, changes: CHANGES, right: token },
    );
    expect(replies).toHaveLength(2 * READS.length + CHANGES.length + 1);
    for (const reply of replies) expect(reply).toEqual({ status: 421, isExplained: true, hasToken: false });

    const refusals: string[] = [];
    page.on('websocket', (socket) => socket.on('socketerror', (text) => refusals.push(text)));
    const sockets = ['/pico/ws', '/pico', '/api/events'];
    const ends = await page.evaluate(
      ({ paths, right }) =>
        Promise.all(
          paths.map(
            (path) =>
              new Promise((resolve) => {
                const socket = new WebSocket(`ws://${window.location.host}${path}`, [`token.${right}`]);
                socket.onopen = () => resolve('open');
                socket.onerror = () => resolve('refused');
              }),
          ),
        ),
      { paths: sockets, right: token },
    );
    expect(ends).toEqual(sockets.map(() => 'refused'));
    await expect.poll(() => refusals.map((text) => /\d+$/.exec(text)?.[0])).toEqual(sockets.map(() => '421'));

    // Whoever comes by that name in good faith learns which setting to change.
    expect((await page.goto(`http://${name}:${site.port}/`))?.status()).toBe(421);
    expect(await page.locator('body').textContent()).toContain(`add "${name}" to "allowed_hosts"`);
    await page.close();
  }
  expect(await person.cookies()).toEqual([]);
  expect(readFileSync(join(home, 'launcher-config.json'), 'utf8')).toBe(config);
});
