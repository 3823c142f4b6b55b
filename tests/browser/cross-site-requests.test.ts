import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { signInQuietly, useBrowser } from '../support/browser.ts';
import { type ForeignSite, startForeignSite } from '../support/foreign-site.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { pidRecord, startLauncher, until } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const CHANGED = 'a token of the attacker';
const TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
const CHANGES = [
  ...['login', 'setup', 'logout', 'api/auth/login', 'api/auth/setup', 'api/auth/logout', 'api/auth/link'],
  ...['launcher-login', 'launcher-setup', 'api/gateway/stop', 'api/gateway/restart', 'api/gateway/logs/clear'],
  ...['api/pico/token', 'api/pico/setup', 'api/gateway/reload'],
];
const FORMS = [
  ...['login', 'setup'].flatMap((path) => TYPES.map((type) => ({ path, type }))),
  ...['logout', 'api/gateway/stop', 'api/pico/token'].map((path) => ({ path, type: TYPES[0] })),
];
const OTHER_METHODS = [
  ['PUT', 'api/system/launcher-config', { allowed_hosts: ['*'] }],
  ['DELETE', 'api/sessions/s', {}],
] as const;
const READS = ['api/auth/status', 'api/system/launcher-config', 'api/sessions', 'api/gateway/logs', 'metrics', 'login'];

/** What each address takes, complete and right: only where it comes from is wrong with it. */
function fieldsOf(path: string, token: string): Readonly<Record<string, string>> {
  if (path.endsWith('login')) return { next: '/', token };
  if (path.endsWith('setup')) return { current_token: token, confirm: CHANGED, token: CHANGED };
  return {};
}

/** The one field of a form of plain text that comes out as JSON, with `=` in the middle. */
function jsonFieldOf(path: string, token: string): Readonly<Record<string, string>> {
  if (path === 'login') return { '{"next":"': `","token":"${token}"}` };
  return { [`{"current_token":"${token}","confirm":"${CHANGED}=","token":"${CHANGED}`]: '"}' };
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** Forms that go off by themselves, each into a frame of its own. */
function forms(target: string, token: string): string {
  const html = FORMS.map(({ path, type }, index) => {
    const fields = type === 'text/plain' ? jsonFieldOf(path, token) : fieldsOf(path, token);
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input name="${escaped(name)}" value="${escaped(value)}">`,
    );
    return `<iframe name="f${index}"></iframe>
      <form method="post" enctype="${type}" action="${target}/${path}" target="f${index}">${inputs.join('')}</form>`;
  });
  return `${html.join('')}<script>for (const form of document.forms) form.submit()</script>`;
}

/** Submits all forms from a page of the foreign site, and answers with what each was told. */
async function submitForms(page: Page, origin: string, path: string): Promise<number[]> {
  const statuses: number[] = [];
  page.on('response', (response) => {
    if (response.request().method() === 'POST') statuses.push(response.status());
  });
  await page.goto(`${origin}${path}`);
  await expect.poll(() => statuses.length).toBe(FORMS.length);
  await page.close();
  return [...new Set(statuses)].sort();
}

/** What scripts of the page get of the launcher: `rejected`, or what they can see of the reply. */
function fetchAll(page: Page, target: string, token: string): Promise<string[]> {
  const json = { 'content-type': 'application/json' };
  const form = { 'content-type': TYPES[0] ?? '' };
  const requests: [string, RequestInit][] = [
    ...CHANGES.flatMap((path): [string, RequestInit][] => {
      const fields = fieldsOf(path, token);
      const body = String(new URLSearchParams(fields));
      return [
        [path, { method: 'POST', mode: 'no-cors' }],
        [path, { method: 'POST', mode: 'no-cors', headers: form, body }],
        [path, { method: 'POST', mode: 'cors', headers: json, body: JSON.stringify(fields) }],
      ];
    }),
    ...OTHER_METHODS.map(([method, path, content]): [string, RequestInit] => [
      path,
      { method, mode: 'cors', headers: json, body: JSON.stringify(content) },
    ]),
    ...READS.flatMap((path): [string, RequestInit][] => [
      [path, { mode: 'no-cors' }],
      [path, { mode: 'cors' }],
      [path, { mode: 'cors', headers: { authorization: 'Bearer wrong' } }],
    ]),
  ];
  return page.evaluate(
    async ({ base, all }) => {
      const results = await Promise.all(
        all.map(async ([path, options]) => {
          try {
            const reply = await fetch(`${base}/${path}`, { ...options, credentials: 'include' });
            return `${options.method ?? 'GET'} ${path}: ${reply.type} ${reply.status} ${await reply.text()}`;
          } catch {
            return 'rejected';
          }
        }),
      );
      return [...new Set(results)];
    },
    { base: target, all: requests },
  );
}

/** Another port, which is the same site to a browser and so gets the cookie sent; and another site. */
const originsBeside = (name: string, { port }: ForeignSite) =>
  [name, 'evil.test'].map((other) => `http://${other}:${port}`);
/** Without a cookie, what needs a session is refused for that first. */
const REFUSED = [[403], [401, 403]];

it('forms and scripts of foreign pages change nothing for who is signed in, and read nothing', async () => {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { allowed_hosts: ['pico.test'], launcher_token: TOKEN });
  const launcher = await startLauncher({ home });
  const state = () => ({
    config: readFileSync(join(home, 'launcher-config.json'), 'utf8'),
    secrets: readFileSync(join(home, '.security.yml'), 'utf8'),
    gateway: pidRecord(home)?.pid,
  });
  await until(() => state().gateway !== undefined, launcher.output);
  const before = state();
  const site = await startForeignSite();
  const person = await newPerson();
  const page = await person.newPage();
  // At a name of its own the browser adds no Sec-Fetch-Site over http: the Origin decides.
  for (const name of ['localhost', 'pico.test']) {
    const target = `http://${name}:${launcher.port}`;
    await signInQuietly(page, { url: target, token: TOKEN });
    const cookies = await person.cookies();
    const path = site.page(forms(target, TOKEN));
    const origins = originsBeside(name, site).slice(0, name === 'localhost' ? 2 : 1);
    for (const [index, origin] of origins.entries()) {
      expect([origin, await submitForms(await person.newPage(), origin, path)]).toEqual([origin, REFUSED[index]]);
      await page.goto(`${origin}/`);
      expect([origin, await fetchAll(page, target, TOKEN)]).toEqual([origin, ['rejected']]);
    }
    expect(await person.cookies()).toEqual(cookies);
    await page.goto(`${target}/favicon.svg`);
    expect(await page.evaluate(async () => (await fetch('api/auth/status')).json())).toMatchObject({
      authenticated: true,
    });
  }
  expect(state()).toEqual(before);
});

it('a foreign page signs nobody in, and takes over no first run on the machine of who looks at it', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, args: ['--external-gateway'] });
  const target = `http://localhost:${launcher.port}`;
  const config = () => readFileSync(join(home, 'launcher-config.json'), 'utf8');
  const before = config();
  const site = await startForeignSite();
  const person = await newPerson();
  const token = launcher.linkToken() ?? '';
  const path = site.page(forms(target, token));
  for (const origin of originsBeside('localhost', site)) {
    expect([origin, await submitForms(await person.newPage(), origin, path)]).toEqual([origin, [401, 403]]);
    const page = await person.newPage();
    await page.goto(`${origin}/`);
    expect([origin, await fetchAll(page, target, token)]).toEqual([origin, ['rejected']]);
  }
  expect(await person.cookies()).toEqual([]);
  expect(config()).toBe(before);
  expect(before).toContain('"setup_pending": true');
});

it('a foreign page spends none of the guesses of who looks at it, by links to sign in that it loads unseen', async () => {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { launcher_token: TOKEN, login_attempts_per_minute: 1 });
  const launcher = await startLauncher({ home, args: ['--external-gateway'] });
  const target = `http://localhost:${launcher.port}`;
  const site = await startForeignSite();
  const person = await newPerson();
  const page = await person.newPage();
  const url = `${target}/?token=wrong`;
  const parts = [`<img src="${url}">`, `<iframe src="${url}"></iframe>`, `<script src="${url}"></script>`];
  const links = `${parts.join('')}<link rel="stylesheet" href="${url}"><object data="${url}"></object>`;
  for (const origin of originsBeside('localhost', site)) {
    await page.goto(`${origin}${site.page(links)}`);
    await page.evaluate(
      (address) => Promise.allSettled([fetch(address, { mode: 'no-cors' }), fetch(address, { method: 'HEAD' })]),
      url,
    );
  }
  await signInQuietly(page, { url: target, token: TOKEN });
});
