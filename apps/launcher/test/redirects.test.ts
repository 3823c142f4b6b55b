import { expect, test } from 'vitest';
import { localPath } from '../src/access/origin.ts';
import { sharedLauncher, signIn, TOKEN } from './build-test-launcher.ts';

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
