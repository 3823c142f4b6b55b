import { expect, test } from 'vitest';
import { withoutToken } from '../src/access/token-link.ts';
import { aLauncher, cookieOf, sharedLauncher, TOKEN } from './build-test-launcher.ts';

const shared = sharedLauncher({ config: { trusted_proxy_cidrs: ['10.0.0.0/8'] } });

test.each([
  [`/?token=${TOKEN}`, '/'],
  [`/?token=%20${TOKEN}%0A`, '/'],
  [`/?tok%65n=${TOKEN}`, '/'],
  [`/deep/link?x=1&token=${TOKEN}&y=2`, '/deep/link?x=1&y=2'],
  [`/deep/link?y=%2F+%C3%BC&x&token=${TOKEN}&x=`, '/deep/link?y=%2F+%C3%BC&x&x='],
  [`/login?token=${TOKEN}`, '/login'],
  [`/login?token=${TOKEN}&next=%2Fchat`, '/login?next=%2Fchat'],
  [`/setup?token=${TOKEN}`, '/setup'],
])('GET %s signs in and leads to %s', async (url, location) => {
  for (const method of ['GET', 'HEAD'] as const) {
    const reply = await shared().app.inject({ method, url, headers: { accept: 'text/html' } });
    expect([reply.statusCode, reply.headers.location]).toEqual([303, location]);
    expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    const status = await shared().app.inject({ url: '/api/auth/status', headers: { cookie: cookieOf(reply) } });
    expect(status.json().authenticated).toBe(true);
  }
});

test.each([
  ['wrong', '/?token=wrong'],
  ['wrong, on a deep link', '/deep/link?x=1&token=wrong'],
  ['wrong, on the login page', '/login?token=wrong'],
  ['empty', '/?token='],
  ['without a value', '/?token'],
  ['blank', '/?token=%20'],
  ['repeated', `/?token=${TOKEN}&token=${TOKEN}`],
  ['repeated with a wrong one', `/?token=wrong&token=${TOKEN}`],
  ['an array', `/?token[]=${TOKEN}`],
  ['an indexed array', `/?token%5B0%5D=${TOKEN}`],
  ['an object', `/?token[value]=${TOKEN}`],
  ['followed by a NUL', `/?token=${TOKEN}%00`],
  ['broken in its escapes', '/?token=%zz%ff'],
  ['of 1 MB', `/?token=${'x'.repeat(1_000_000)}`],
])('a token that is %s leads to the login page and is gone from the address', async (_what, url) => {
  const reply = await shared().app.inject({ url, headers: { accept: 'text/html' } });
  expect([reply.statusCode, reply.headers.location]).toEqual([303, '/login?error=invalid_token']);
  expect(reply.headers['cache-control']).toBe('no-store');
  expect(reply.cookies).toEqual([]);
});

test.each(['image', 'iframe', 'script', 'empty', 'object', 'embed', 'style'])(
  'a token in the address of what a page loads as %s neither signs in nor spends a guess',
  async (destination) => {
    const { app } = await aLauncher({ config: { login_attempts_per_minute: 1 } });
    const load = (token: string, dest = destination) =>
      app.inject({ url: `/?token=${token}`, headers: { 'sec-fetch-dest': dest, 'sec-fetch-site': 'cross-site' } });
    for (const token of ['wrong', TOKEN]) {
      const reply = await load(token);
      expect([reply.statusCode, reply.json().error, reply.cookies]).toEqual([403, 'cross_site', []]);
    }
    expect((await load(TOKEN, 'document')).headers.location).toBe('/');
  },
);

test.each([
  ['GET', '/api/system/version', 401],
  ['GET', '/api/nothing', 401],
  ['GET', '/API/system/version', 401],
  ['GET', '/api', 401],
  ['GET', '/pico/ws', 403],
  ['GET', '/pico/nothing', 401],
  ['GET', '/Pico/media/1', 401],
  ['GET', '/pico/media/1', 401],
  ['GET', '/health', 200],
  ['GET', '/assets/index-abc.js', 200],
  ['GET', '/assets/nothing.js', 404],
  ['POST', '/', 405],
  ['POST', '/deep/link', 405],
  ['PUT', '/login', 405],
  ['OPTIONS', '/', 405],
] as const)('a token in the address is nothing to %s %s', async (method, path, statusCode) => {
  const reply = await shared().app.inject({ method, url: `${path}?token=${TOKEN}` });
  expect([reply.statusCode, reply.cookies, reply.headers.location]).toEqual([statusCode, [], undefined]);
});

test('POST /login takes no token from the address', async () => {
  const reply = await shared().app.inject({ method: 'POST', url: `/login?token=${TOKEN}` });
  expect([reply.statusCode, reply.cookies]).toEqual([400, []]);
});

test.each([
  ['/', '/'],
  ['/?', '/?'],
  ['/?a=1', '/?a=1'],
  ['/?token=x', '/'],
  ['/?token=x&token=y', '/'],
  ['/?&token=x&&a=1&', '/?&&a=1&'],
  ['/?a=b?token=c', '/?a=b?token=c'],
  ['/?Token=x', '/?Token=x'],
  ['/?mytoken=x', '/?mytoken=x'],
  ['/?tokens=x', '/?tokens=x'],
])('%s without its token is %s', (url, expected) => {
  expect(withoutToken(url)).toBe(expected);
});
