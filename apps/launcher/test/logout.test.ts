import { expect, test } from 'vitest';
import { aLauncher, cookieOf, signIn, type TestLauncher, TOKEN } from './build-test-launcher.ts';

const logout = ({ app }: TestLauncher, cookie: string | undefined, payload?: object) =>
  app.inject({
    method: 'POST',
    url: '/logout',
    headers: { 'sec-fetch-site': 'same-origin', ...(cookie !== undefined && { cookie }) },
    ...(payload && { payload }),
  });
const isSignedIn = async ({ app }: TestLauncher, cookie: string) =>
  (await app.inject({ url: '/api/system/version', headers: { cookie } })).statusCode === 200;

test('a copied cookie is dead after logout, and the browser’s own is cleared', async () => {
  const launcher = await aLauncher();
  const cookie = await signIn(launcher);
  const other = await signIn(launcher);
  const reply = await logout(launcher, cookie);
  expect([reply.statusCode, reply.json()]).toEqual([200, { status: 'ok' }]);
  expect(reply.cookies).toEqual([expect.objectContaining({ value: '', maxAge: 0, path: '/' })]);
  expect(await isSignedIn(launcher, cookie)).toBe(false);
  expect(await isSignedIn(launcher, other)).toBe(true);
});

test('every session of the browser ends, also one under the other cookie name', async () => {
  const launcher = await aLauncher({ config: { trusted_proxy_cidrs: ['10.0.0.0/8'] } });
  const plain = await signIn(launcher);
  const overTls = { remoteAddress: '10.0.0.1', headers: { 'x-forwarded-proto': 'https' } };
  const reply = await launcher.app.inject({ method: 'POST', url: '/login', payload: { token: TOKEN }, ...overTls });
  const secure = cookieOf(reply);
  await logout(launcher, `${plain}; ${secure}`);
  expect([await isSignedIn(launcher, plain), await isSignedIn(launcher, secure)]).toEqual([false, false]);
});

test('signing out again, or without ever having signed in, is fine', async () => {
  const launcher = await aLauncher();
  const cookie = await signIn(launcher);
  await logout(launcher, cookie);
  expect((await logout(launcher, cookie)).statusCode).toBe(200);
  expect((await logout(launcher, undefined)).statusCode).toBe(200);
  expect((await logout(launcher, undefined, {})).statusCode).toBe(200);
});

test('signing out everywhere ends all sessions, but only for who has one', async () => {
  const launcher = await aLauncher();
  const cookies = [await signIn(launcher), await signIn(launcher)];
  expect((await logout(launcher, undefined, { everywhere: true })).statusCode).toBe(200);
  expect(await isSignedIn(launcher, cookies[0] ?? '')).toBe(true);
  await logout(launcher, cookies[0], { everywhere: true });
  for (const cookie of cookies) expect(await isSignedIn(launcher, cookie)).toBe(false);
  expect(await isSignedIn(launcher, await signIn(launcher))).toBe(true);
});

test('the launcher token signs out everybody too', async () => {
  const launcher = await aLauncher();
  const cookie = await signIn(launcher);
  const headers = { authorization: `Bearer ${TOKEN}` };
  await launcher.app.inject({ method: 'POST', url: '/api/auth/logout', headers, payload: { everywhere: true } });
  expect(await isSignedIn(launcher, cookie)).toBe(false);
});

test.each([{ everywhere: 'yes' }, { everywhere: 1 }, { all: true }, []])('logout refuses %j', async (payload) => {
  const launcher = await aLauncher();
  const cookie = await signIn(launcher);
  expect((await logout(launcher, cookie, payload)).statusCode).toBe(400);
  expect(await isSignedIn(launcher, cookie)).toBe(true);
});

test('GET /logout signs nobody out', async () => {
  const launcher = await aLauncher();
  const cookie = await signIn(launcher);
  const reply = await launcher.app.inject({ url: '/logout', headers: { cookie } });
  expect([reply.statusCode, reply.headers.allow]).toEqual([405, 'POST']);
  expect(await isSignedIn(launcher, cookie)).toBe(true);
});

test('an empty body with a JSON type is no body, as some clients send it', async () => {
  const launcher = await aLauncher();
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
  expect((await launcher.app.inject({ method: 'POST', url: '/logout', headers, payload: '' })).statusCode).toBe(200);
});
