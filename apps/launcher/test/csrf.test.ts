import { expect, test } from 'vitest';
import { sharedLauncher, signIn, TOKEN } from './build-test-launcher.ts';

const shared = sharedLauncher({ config: { allowed_hosts: ['pico.example'], trusted_proxy_cidrs: ['10.0.0.0/8'] } });
const CHANGE = { method: 'POST', url: '/api/gateway/logs/clear' } as const;

type Case = readonly [string, Record<string, string>, number];
const OWN: readonly Case[] = [
  ['our page', { 'sec-fetch-site': 'same-origin' }, 200],
  ['the person, by the address bar', { 'sec-fetch-site': 'none' }, 200],
  ['our page in an older browser', { origin: 'http://localhost' }, 200],
  ['our page, default port written out', { origin: 'http://localhost:80' }, 200],
  ['our page, host in capitals', { host: 'LOCALHOST', origin: 'http://localhost' }, 200],
  ['our page on another port', { host: 'localhost:18800', origin: 'http://localhost:18800' }, 200],
  ['our page that sends a Referer only', { referer: 'http://localhost/chat?a=1' }, 200],
];
const FOREIGN: readonly Case[] = [
  ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['another origin of our site', { 'sec-fetch-site': 'same-site' }, 403],
  ['another site that also sends our Origin', { 'sec-fetch-site': 'cross-site', origin: 'http://localhost' }, 403],
  ['a mark nobody knows', { 'sec-fetch-site': 'friendly' }, 403],
  ['two marks', { 'sec-fetch-site': 'same-origin, cross-site' }, 403],
  ['an empty mark', { 'sec-fetch-site': '' }, 403],
  ['another origin', { origin: 'http://evil.com' }, 403],
  ['another port', { origin: 'http://localhost:3000' }, 403],
  ['another scheme', { origin: 'https://localhost' }, 403],
  ['a name that begins like ours', { origin: 'http://localhost.evil.com' }, 403],
  ['a user that looks like our name', { origin: 'http://localhost@evil.com' }, 403],
  ['a sandboxed frame', { origin: 'null' }, 403],
  ['an empty Origin', { origin: '' }, 403],
  ['another page by Referer', { referer: 'http://evil.com/http://localhost/' }, 403],
  ['a Referer that is no address', { referer: 'about:client' }, 403],
  ['a foreign Origin beside our Referer', { origin: 'http://evil.com', referer: 'http://localhost/' }, 403],
  ['an untrusted forwarded host', { origin: 'http://evil.com', 'x-forwarded-host': 'evil.com' }, 403],
];

test.each([...OWN, ...FOREIGN, ['nobody who says', {}, 403] as Case])(
  'a change with a cookie that comes from %s (%j) gets %i',
  async (_who, headers, statusCode) => {
    const cookie = await signIn(shared());
    const reply = await shared().app.inject({ ...CHANGE, headers: { ...headers, cookie } });
    expect(reply.statusCode).toBe(statusCode);
    if (statusCode === 403) expect(reply.json().error).toBe('cross_site');
    // What changes nothing is for everybody who has the cookie, and what it says no foreign page can read.
    const read = await shared().app.inject({ url: '/api/system/version', headers: { ...headers, cookie } });
    expect(read.statusCode).toBe(200);
    expect(Object.keys(read.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  },
);

test.each(FOREIGN)('a foreign page neither signs a person in nor out: %s', async (_who, headers) => {
  const { app } = shared();
  const login = await app.inject({ method: 'POST', url: '/login', payload: { token: TOKEN }, headers });
  const logout = await app.inject({
    method: 'POST',
    url: '/logout',
    headers: { ...headers, cookie: await signIn(shared()) },
  });
  const form = await app.inject({
    ...{ method: 'POST', url: '/login', payload: `token=${TOKEN}` },
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect([login.statusCode, logout.statusCode, form.statusCode]).toEqual([403, 403, 403]);
  expect([...login.cookies, ...logout.cookies, ...form.cookies]).toEqual([]);
});

test.each([{}, { 'sec-fetch-site': 'cross-site' }, { origin: 'http://evil.com' }])(
  'a token in a header needs no more proof: %j',
  async (headers) => {
    const reply = await shared().app.inject({ ...CHANGE, headers: { ...headers, authorization: `Bearer ${TOKEN}` } });
    expect(reply.statusCode).toBe(200);
  },
);

test('a program without cookie and Origin may sign in', async () => {
  expect((await shared().app.inject({ method: 'POST', url: '/login', payload: { token: TOKEN } })).statusCode).toBe(
    200,
  );
});

test('behind a trusted proxy our origin is what the proxy says', async () => {
  const cookie = await signIn(shared());
  const from = (origin: string, forwarded: Record<string, string>) =>
    shared().app.inject({ ...CHANGE, remoteAddress: '10.0.0.1', headers: { cookie, origin, ...forwarded } });
  const xForwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'pico.example' };
  expect((await from('https://pico.example', xForwarded)).statusCode).toBe(200);
  expect((await from('https://pico.example:443', xForwarded)).statusCode).toBe(200);
  expect((await from('http://pico.example', xForwarded)).statusCode).toBe(403);
  expect((await from('https://pico.example', { forwarded: 'proto=https;host=pico.example' })).statusCode).toBe(200);
  expect((await from('https://evil.example', { forwarded: 'proto=https;host=pico.example' })).statusCode).toBe(403);
});

test('no foreign page gets leave by a preflight, nor to reach into the private network', async () => {
  for (const url of ['/login', '/api/gateway/start', '/', '/pico/ws']) {
    const reply = await shared().app.inject({
      ...{ method: 'OPTIONS', url },
      headers: {
        origin: 'https://evil.com',
        'access-control-request-method': 'POST',
        'access-control-request-private-network': 'true',
      },
    });
    expect(reply.statusCode).toBe(405);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

test('what a foreign form can post is not read', async () => {
  const cookie = await signIn(shared());
  for (const type of ['text/plain', 'multipart/form-data; boundary=x']) {
    const headers = { cookie, 'content-type': type, 'sec-fetch-site': 'same-origin' };
    expect((await shared().app.inject({ ...CHANGE, payload: '{}', headers })).statusCode).toBe(415);
  }
});
