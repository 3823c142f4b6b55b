import { expect, test } from 'vitest';
import { localPath } from '../src/access/origin.ts';
import { aLauncher, sharedLauncher, signIn, TOKEN } from './build-test-launcher.ts';
import { upgradeRequest } from './fixtures/peers.ts';
import { listen, sendRaw } from './raw-http.ts';

const OWN: readonly [string, string][] = [
  ['/', '/'],
  ['/chat', '/chat'],
  ['/chat?a=1&b=%2F#top', '/chat?a=1&b=%2F#top'],
  ['/a/../b', '/b'],
  ['/über', '/%C3%BCber'],
  ['/a//b', '/a//b'],
  ['/?next=//evil.com', '/?next=//evil.com'],
  ['/@evil.com', '/@evil.com'],
  ['/:80', '/:80'],
];

const FOREIGN: readonly string[] = [
  '',
  'chat',
  '//evil.com',
  '///evil.com',
  '////evil.com',
  '/\\evil.com',
  '\\\\evil.com',
  '\\/evil.com',
  '/\t/evil.com',
  '/\n/evil.com',
  '\t//evil.com',
  ' //evil.com',
  ' /chat',
  '/\u0000',
  '/chat\r\nSet-Cookie: a=b',
  '/\u007f',
  '/\u0085/evil.com',
  'http://evil.com',
  'https:evil.com',
  'HTTPS://evil.com/',
  'javascript:alert(1)',
  'data:text/html,x',
  '/.//evil.com',
  '/..//evil.com',
  '/x/..//evil.com',
  '/%2e//evil.com',
  '/x/%2e%2e//evil.com',
  '/./\\evil.com',
  '?a=1',
  '#top',
];

test.each(OWN)('%j is a place of ours', (text, expected) => {
  expect(localPath(text)).toBe(expected);
});

test.each([...FOREIGN, undefined, null, 1, ['/a', '/b'], {}])('%j leads to the start', (text) => {
  expect(localPath(text)).toBe('/');
});

const shared = sharedLauncher();

test('the login form and page lead nowhere but to ourselves', async () => {
  const { app } = shared();
  const cookie = await signIn(shared());
  for (const next of FOREIGN) {
    const query = `next=${encodeURIComponent(next)}`;
    const page = await app.inject({ url: `/login?${query}`, headers: { cookie } });
    expect([next, page.statusCode, page.headers.location]).toEqual([next, 303, '/']);
    for (const [url, payload] of [
      ['/login', `token=${TOKEN}&${query}`],
      [`/login?${query}`, `token=${TOKEN}`],
    ] as const) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const form = await app.inject({ method: 'POST', url, payload, headers });
      expect([next, form.statusCode, form.headers.location]).toEqual([next, 303, '/']);
    }
  }
});

test('next twice leads to the start', async () => {
  const headers = { cookie: await signIn(shared()) };
  const page = await shared().app.inject({ url: '/login?next=/a&next=//evil.com', headers });
  expect(page.headers.location).toBe('/');
});

test('a Host that is not ours decides no redirect', async () => {
  const reply = await shared().app.inject({
    url: '/',
    headers: { 'x-forwarded-host': 'evil.com', accept: 'text/html' },
  });
  expect(reply.headers.location).toBe('/login?next=%2F');
});

const ECHOES: readonly string[] = [
  '//evil.com',
  '/\\evil.com',
  '/%09/evil.com',
  '/%5c%5cevil.com',
  '/%2f/evil.com',
  '/.//evil.com',
  '/chat/..//evil.com',
  '/;//evil.com',
  '/;@evil.com',
  '/@evil.com',
  '/%0d%0aLocation:%20//evil.com%0d%0a',
  '/%E2%80%A8//evil.com',
  '/\u00e9vil.com',
  '/chat#//evil.com',
  'http://evil.com/',
  '/login?next=//evil.com',
  '/login?next=%2F%5Cevil.com',
  '/login?next=%0d%0aSet-Cookie:%20a=b',
  '/?next=//evil.com&returnTo=https://evil.com',
];
const LINES: readonly string[] = [
  'X-Forwarded-Host: evil.com',
  'X-Forwarded-Prefix: //evil.com',
  'X-Original-URL: //evil.com',
  'Referer: http://evil.com/',
  'Accept: text/html',
];

test.each(['/', '/console'])(
  'over the wire, no path that is echoed leads away from us: neither with a token nor with a session, base path %s',
  async (basePath) => {
    const launcher = await aLauncher({ config: { base_path: basePath, login_attempts_per_minute: 100_000 } });
    const port = await listen(launcher.app);
    const cookie = `Cookie: ${await signIn(launcher)}`;
    const prefixes = basePath === '/' ? [''] : ['', basePath, `${basePath}/`];
    const withToken = (target: string) => `${target}${target.includes('?') ? '&' : '?'}token=${TOKEN}`;
    let redirects = 0;
    for (const target of prefixes.flatMap((prefix) => ECHOES.map((echo) => `${prefix}${echo}`))) {
      for (const [url, lines] of [
        [target, LINES],
        [target, [...LINES, cookie]],
        [withToken(target), LINES],
      ] as const) {
        const reply = await sendRaw(port, [`GET ${url} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines]);
        const { location } = reply.headers;
        if (location === undefined) continue;
        redirects += 1;
        expect([url, new URL(location, 'http://localhost').origin]).toEqual([url, 'http://localhost']);
        expect(location).toMatch(/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/);
        expect(location).not.toContain(TOKEN);
        expect(reply.text.match(/^location:/gim)).toHaveLength(1);
      }
    }
    // The others are refused.
    expect(redirects).toBeGreaterThanOrEqual(10);
  },
);

test('an upgrade is led nowhere, and its token signs nobody in', async () => {
  const port = await listen((await aLauncher()).app);
  for (const path of [`/?token=${TOKEN}`, `/login?token=${TOKEN}&next=//evil.com`, '/login', '/']) {
    const { statusCode, headers } = await sendRaw(port, upgradeRequest(path, { Host: 'localhost' }).toString('latin1'));
    expect([path, statusCode, headers['location'], headers['set-cookie']]).toEqual([path, 400, undefined, undefined]);
  }
});
