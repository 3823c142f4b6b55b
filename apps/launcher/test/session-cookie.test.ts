import { createHmac } from 'node:crypto';
import { Signer } from '@fastify/cookie';
import { expect, test } from 'vitest';
import { aLauncher, cookieOf, sharedLauncher, signIn, type TestLauncher, TOKEN } from './build-test-launcher.ts';

const NAME = 'picoclaw_launcher_auth';
const WEEK_S = 604_800;
const KEY = 'ab'.repeat(32);
const TRUSTED = { trusted_proxy_cidrs: ['10.0.0.0/8'] };
const LOGIN = { method: 'POST', url: '/login', payload: { token: TOKEN } } as const;

const isSignedIn = async ({ app }: TestLauncher, cookie: string) =>
  (await app.inject({ url: '/api/auth/status', headers: { cookie } })).json().authenticated as boolean;

test.each<[string, { remoteAddress?: string; headers?: Record<string, string>; basePath?: string }, object]>([
  ['over http', {}, { name: NAME, path: '/', secure: undefined }],
  [
    'at a trusted https proxy',
    { remoteAddress: '10.0.0.1', headers: { 'x-forwarded-proto': 'https' } },
    { name: `__Host-${NAME}`, path: '/', secure: true },
  ],
  [
    'at a trusted https proxy that says so in Forwarded',
    { remoteAddress: '10.0.0.1', headers: { forwarded: 'for=192.0.2.1;proto=https;host=localhost' } },
    { name: `__Host-${NAME}`, path: '/', secure: true },
  ],
  [
    'at a trusted http proxy behind which a client wrote Forwarded',
    { remoteAddress: '10.0.0.1', headers: { 'x-forwarded-proto': 'http', forwarded: 'proto=https' } },
    { name: NAME, path: '/', secure: undefined },
  ],
  [
    'at a trusted http proxy behind which a client wrote X-Forwarded-Proto',
    { remoteAddress: '10.0.0.1', headers: { 'x-forwarded-proto': 'https, http' } },
    { name: NAME, path: '/', secure: undefined },
  ],
  [
    'at somebody who says https and is not trusted',
    { remoteAddress: '192.0.2.1', headers: { 'x-forwarded-proto': 'https', forwarded: 'proto=https' } },
    { name: NAME, path: '/', secure: undefined },
  ],
  ['under a base path', { basePath: '/pico-console' }, { name: NAME, path: '/pico-console', secure: undefined }],
  [
    'under a base path at a trusted https proxy',
    { basePath: '/pico-console', remoteAddress: '10.0.0.1', headers: { 'x-forwarded-proto': 'https' } },
    { name: NAME, path: '/pico-console', secure: true },
  ],
])('the cookie is what it should be %s', async (_where, { basePath = '/', ...from }, expected) => {
  const { app } = await aLauncher({ config: { ...TRUSTED, base_path: basePath } });
  const url = basePath === '/' ? '/login' : `${basePath}/login`;
  const reply = await app.inject({ ...LOGIN, url, ...from });
  expect(reply.statusCode).toBe(200);
  expect(reply.cookies).toHaveLength(1);
  const [cookie] = reply.cookies;
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', maxAge: WEEK_S });
  expect({ name: cookie?.name, path: cookie?.path, secure: cookie?.secure }).toEqual(expected);
  expect(String(reply.headers['set-cookie'])).not.toMatch(/domain/i);
});

test.each(['localhost', 'localhost:18801', '[::1]:18801', '192.168.1.5:8080'])(
  'the cookie of a launcher at %s has the one name, and is cleared under it',
  async (host) => {
    const { app } = await aLauncher();
    const [cookie] = (await app.inject({ ...LOGIN, headers: { host } })).cookies;
    expect(cookie?.name).toBe(NAME);
    const own = `${NAME}=${encodeURIComponent(cookie?.value ?? '')}`;
    const headers = { host, cookie: own, origin: `http://${host}` };
    const out = await app.inject({ method: 'POST', url: '/logout', headers });
    expect(out.cookies).toEqual([expect.objectContaining({ name: NAME, value: '', maxAge: 0 })]);
  },
);

test('what a browser asks for beside a page clears no cookie: its answer may come after a sign-in', async () => {
  const { app } = await aLauncher();
  const ask = async (headers: Record<string, string>) =>
    (await app.inject({ url: '/favicon.ico', headers: { cookie: `${NAME}=tossed`, ...headers } })).cookies;
  expect(await ask({ 'sec-fetch-dest': 'image' })).toEqual([]);
  // As over http to another name than localhost: browsers send no Sec-Fetch-* there.
  expect(await ask({ accept: 'image/avif,image/webp,*/*;q=0.8' })).toEqual([]);
  const cleared = [expect.objectContaining({ name: NAME, value: '', maxAge: 0 })];
  expect(await ask({ 'sec-fetch-dest': 'document' })).toEqual(cleared);
  expect(await ask({ accept: 'text/html,image/avif,*/*;q=0.8' })).toEqual(cleared);
});

/** Signs a payload as a launcher with this key and token would. */
const sign = (payload: string, { key = KEY, token = TOKEN } = {}) =>
  `${NAME}=${encodeURIComponent(new Signer(createHmac('sha256', Buffer.from(key, 'hex')).update(token).digest('hex'), 'sha256').sign(payload))}`;
const NOW = 1_800_000_000_000;
const ID = 'A'.repeat(22);
const keyed = sharedLauncher({ variables: { PICOCLAW_SESSION_KEY: KEY }, now: () => NOW });

test('a session that another launcher with the same key and token signed is valid', async () => {
  expect(await isSignedIn(keyed(), sign(`session1.${ID}.${NOW}.${NOW + 1000}`))).toBe(true);
});

test.each([
  ['expired this very moment', sign(`session1.${ID}.${NOW - 1000}.${NOW}`)],
  ['issued in the future', sign(`session1.${ID}.${NOW + 61_000}.${NOW + 120_000}`)],
  ['signed with another key', sign(`session1.${ID}.${NOW}.${NOW + 1000}`, { key: 'cd'.repeat(32) })],
  ['signed under another token', sign(`session1.${ID}.${NOW}.${NOW + 1000}`, { token: 'another' })],
  ['signed for another purpose', sign(`invite1.${ID}.${NOW}.${NOW + 1000}`)],
  ['signed with fields that slid', sign(`session1.${ID}${NOW}.${NOW}.${NOW + 1000}`)],
  ['signed with one field less', sign(`session1.${ID}.${NOW}`)],
  ['signed with one field more', sign(`session1.${ID}.${NOW}.${NOW + 1000}.${NOW}`)],
  ['signed with a time that is no number', sign(`session1.${ID}.${NOW}.9e99`)],
  ['not signed', `${NAME}=session1.${ID}.${NOW}.${NOW + 1000}`],
  ['signed by nothing', `${NAME}=session1.${ID}.${NOW}.${NOW + 1000}.`],
  ['no text', `${NAME}=%00%ff`],
  ['broken in its escapes', `${NAME}=%zz`],
  ['very long', `${NAME}=${'x'.repeat(8000)}`],
])('a cookie that is %s signs nobody in and is cleared', async (_what, cookie) => {
  const reply = await keyed().app.inject({ url: '/api/system/version', headers: { cookie } });
  expect(reply.statusCode).toBe(401);
  expect(reply.cookies).toEqual([expect.objectContaining({ name: NAME, value: '', path: '/', maxAge: 0 })]);
});

test('a cookie that was revoked, or is of another process, is cleared as well, also where anybody may ask', async () => {
  const [launcher, other] = [await aLauncher(), await aLauncher()];
  const revoked = await signIn(launcher);
  const headers = { cookie: revoked, 'sec-fetch-site': 'same-origin' };
  await launcher.app.inject({ method: 'POST', url: '/logout', headers });
  for (const cookie of [revoked, await signIn(other)]) {
    for (const url of ['/api/system/version', '/api/auth/status', '/', '/login', '/pico/ws']) {
      const { cookies } = await launcher.app.inject({ url, headers: { cookie } });
      expect([url, cookies]).toEqual([url, [expect.objectContaining({ name: NAME, value: '', maxAge: 0 })]]);
    }
  }
});

test('a file that caches keep for everybody clears nobody’s cookie, whatever the first who asks for it sends', async () => {
  for (const url of ['/assets/index-abc.js', '/favicon.svg', '/assets/nothing.js', '/health']) {
    const reply = await keyed().app.inject({ url, headers: { cookie: `${NAME}=x` } });
    expect([url, reply.cookies]).toEqual([url, []]);
  }
});

test('a cookie is worthless with any of its characters changed, or its end missing', async () => {
  const launcher = keyed();
  const [name, value = ''] = decodeURIComponent(await signIn(launcher)).split(/=(.*)/s);
  expect(await isSignedIn(launcher, `${name}=${value}`)).toBe(true);
  for (let index = 0; index < value.length; index += 1) {
    const flipped = `${value.slice(0, index)}${value[index] === 'x' ? 'y' : 'x'}${value.slice(index + 1)}`;
    // The last character of a digest in base64 holds bits that do not count.
    if (index < value.length - 1)
      expect(await isSignedIn(launcher, `${name}=${encodeURIComponent(flipped)}`)).toBe(false);
    expect(await isSignedIn(launcher, `${name}=${encodeURIComponent(value.slice(0, index))}`)).toBe(false);
  }
});

test('of several cookies with our name any valid one counts, wherever it stands', async () => {
  const launcher = await aLauncher();
  const valid = await signIn(launcher);
  const tossed = `${NAME}=tossed`;
  const many = Array.from({ length: 200 }, (_, index) => `${NAME}=tossed-${index}`).join('; ');
  for (const cookie of [
    `${valid}; ${tossed}`,
    `${tossed}; ${valid}`,
    `__Host-${tossed}; a=b; ${valid}`,
    `${many}; ${valid}`,
  ])
    expect(await isSignedIn(launcher, cookie)).toBe(true);
  const reply = await launcher.app.inject({ url: '/', headers: { cookie: `${tossed}; ${valid}` } });
  expect([reply.statusCode, reply.cookies]).toEqual([200, []]);
});

test('a session ends by the server’s clock, whatever the browser thinks', async () => {
  const clock = { now: NOW };
  const launcher = await aLauncher({ now: () => clock.now });
  const cookie = await signIn(launcher);
  clock.now += WEEK_S * 1000 - 1;
  expect(await isSignedIn(launcher, cookie)).toBe(true);
  clock.now += 1;
  expect(await isSignedIn(launcher, cookie)).toBe(false);
});

test('a restart ends all sessions', async () => {
  const first = await aLauncher();
  const cookie = await signIn(first);
  const second = await aLauncher({ home: first.home });
  expect(await isSignedIn(first, cookie)).toBe(true);
  expect(await isSignedIn(second, cookie)).toBe(false);
});

test.each([KEY, Buffer.from(KEY, 'hex').toString('base64url')])(
  'launchers that share PICOCLAW_SESSION_KEY=%s know each other’s sessions',
  async (key) => {
    const variables = { PICOCLAW_SESSION_KEY: key };
    const first = await aLauncher({ variables });
    const second = await aLauncher({ variables });
    expect(await isSignedIn(second, await signIn(first))).toBe(true);
    const stranger = await aLauncher({ variables, config: { launcher_token: 'another-token' } });
    expect(await isSignedIn(stranger, await signIn(first))).toBe(false);
  },
);

test('signing in again gives another session', async () => {
  const launcher = keyed();
  expect(await signIn(launcher)).not.toBe(await signIn(launcher));
});

test('a cookie that the client made up is never taken over as its session (fixation)', async () => {
  const { app } = keyed();
  const reply = await app.inject({ ...LOGIN, headers: { cookie: `${NAME}=mine` } });
  expect(cookieOf(reply)).not.toContain('mine');
});
