import { expect, test } from 'vitest';
import { aLauncher, cookieOf, sharedLauncher, signIn, TOKEN } from './build-test-launcher.ts';

const shared = sharedLauncher();
const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

test.each(['/login', '/api/auth/login', '/launcher-login'])(
  'POST %s takes the launcher token for a session',
  async (url) => {
    const { app } = shared();
    const reply = await app.inject({ method: 'POST', url, payload: { token: TOKEN } });
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({ status: 'ok' });
    expect(reply.headers['cache-control']).toBe('no-store');
    const status = await app.inject({ url: '/api/auth/status', headers: { cookie: cookieOf(reply) } });
    expect(status.json()).toMatchObject({ authenticated: true });
  },
);

test.each<[string, { payload: string; headers?: Record<string, string> }, number, string]>([
  ['a wrong token', { payload: '{"token":"wrong"}' }, 401, 'invalid_token'],
  ['a wrong password', { payload: '{"password":"wrong"}' }, 401, 'invalid_token'],
  ['the token in another case', { payload: `{"token":"${TOKEN.toUpperCase()}"}` }, 401, 'invalid_token'],
  ['the token and more', { payload: `{"token":"${TOKEN}x"}` }, 401, 'invalid_token'],
  ['a part of the token', { payload: `{"token":"${TOKEN.slice(0, -1)}"}` }, 401, 'invalid_token'],
  ['the token with a NUL', { payload: `{"token":"${TOKEN}\\u0000"}` }, 401, 'invalid_token'],
  ['a line break within the token', { payload: `{"token":"correct-\\r\\nhorse-battery"}` }, 401, 'invalid_token'],
  ['a token of 8 KiB', { payload: `{"token":"${'x'.repeat(8192)}"}` }, 401, 'invalid_token'],
  ['no token', { payload: '{}' }, 400, 'invalid_body'],
  ['an empty token', { payload: '{"token":""}' }, 400, 'invalid_body'],
  ['a blank token', { payload: '{"token":"  "}' }, 400, 'invalid_body'],
  ['token and password', { payload: `{"token":"${TOKEN}","password":"${TOKEN}"}` }, 400, 'invalid_body'],
  ['no JSON', { payload: 'token' }, 400, 'invalid_body'],
  ['nothing', { payload: '' }, 400, 'invalid_body'],
  ['a body over 16 KiB', { payload: `{"token":"${'x'.repeat(16_384)}"}` }, 413, 'body_too_large'],
  [
    'text',
    { payload: `{"token":"${TOKEN}"}`, headers: { 'content-type': 'text/plain' } },
    415,
    'unsupported_media_type',
  ],
  ['XML', { payload: '<token/>', headers: { 'content-type': 'application/xml' } }, 415, 'unsupported_media_type'],
  [
    'a multipart form',
    { payload: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    415,
    'unsupported_media_type',
  ],
  ['an empty form', { payload: '', headers: FORM_TYPE }, 400, 'invalid_body'],
  ['a form with two tokens', { payload: `token=${TOKEN}&token=${TOKEN}`, headers: FORM_TYPE }, 400, 'invalid_body'],
])('POST /login refuses %s', async (_what, { payload, headers = JSON_TYPE }, statusCode, code) => {
  const reply = await shared().app.inject({ method: 'POST', url: '/login', payload, headers });
  expect({ statusCode: reply.statusCode, error: reply.json().error }).toEqual({ statusCode, error: code });
  expect(reply.cookies).toEqual([]);
});

test('blanks around the token do no harm, since people paste', async () => {
  const reply = await shared().app.inject({ method: 'POST', url: '/login', payload: { token: ` ${TOKEN}\n` } });
  expect(reply.statusCode).toBe(200);
});

test('a token that looks alike in another Unicode form is another token', async () => {
  const { app } = await aLauncher({ config: { launcher_token: 'caf\u00e9-caf\u00e9' } });
  const attempt = (token: string) => app.inject({ method: 'POST', url: '/login', payload: { token } });
  expect((await attempt('cafe\u0301-cafe\u0301')).statusCode).toBe(401);
  expect((await attempt('caf\u00e9-caf\u00e9')).statusCode).toBe(200);
});

test.each([
  ['the right token', `token=${TOKEN}`, '/'],
  ['the right token and a place to go', `token=${TOKEN}&next=%2Fchat%3Fa%3D1`, '/chat?a=1'],
  ['the right token and a place elsewhere', `token=${TOKEN}&next=https%3A%2F%2Fevil.com`, '/'],
  ['a wrong token', 'token=wrong', '/login?error=invalid_token'],
])('a form with %s leads on with 303', async (_what, payload, location) => {
  const reply = await shared().app.inject({ method: 'POST', url: '/login', payload, headers: FORM_TYPE });
  expect(reply.statusCode).toBe(303);
  expect(reply.headers.location).toBe(location);
  expect(reply.cookies.length).toBe(payload.includes(TOKEN) ? 1 : 0);
});

test('the login page is for everybody, and leads who is signed in to where they want to go', async () => {
  const launcher = shared();
  const page = await launcher.app.inject('/login?next=/chat');
  expect(page.statusCode).toBe(200);
  expect(page.headers).toMatchObject({
    'cache-control': 'no-store',
    'content-type': expect.stringContaining('text/html'),
  });
  const cookie = await signIn(launcher);
  const reply = await launcher.app.inject({ url: '/login?next=/chat', headers: { cookie } });
  expect([reply.statusCode, reply.headers.location]).toEqual([303, '/chat']);
});

test.each([
  ['/', '/login?next=%2F'],
  ['/chat/7?a=1&b=2', '/login?next=%2Fchat%2F7%3Fa%3D1%26b%3D2'],
])('who is not signed in is led from %s to the login page', async (url, location) => {
  const reply = await shared().app.inject({ url, headers: { accept: 'text/html' } });
  expect([reply.statusCode, reply.headers.location]).toEqual([303, location]);
});

test('the status tells a stranger neither where files lie nor where the token is from', async () => {
  const launcher = shared();
  const open = (await launcher.app.inject('/api/auth/status')).json();
  expect(open).toEqual({
    authenticated: false,
    initialized: true,
    setup_requires_token: false,
    token_help: { env_var: 'PICOCLAW_LAUNCHER_TOKEN', config_key: 'launcher_token' },
  });
  const headers = { cookie: await signIn(launcher) };
  const own = (await launcher.app.inject({ url: '/api/auth/status', headers })).json();
  expect(own).toMatchObject({
    authenticated: true,
    token_source: 'config',
    session_expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    token_help: { config_file: launcher.paths.launcherConfigFile },
  });
});

test.each([
  ['the right token', { authorization: `Bearer ${TOKEN}` }, 200],
  ['the right token, scheme in capitals', { authorization: `BEARER ${TOKEN}` }, 200],
  ['a wrong token', { authorization: 'Bearer wrong' }, 401],
  ['no token', { authorization: 'Bearer ' }, 401],
  ['Basic', { authorization: `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}` }, 401],
  ['nothing', {}, 401],
])('the API answers to Authorization with %s by %i', async (_what, headers, statusCode) => {
  const reply = await shared().app.inject({ url: '/api/system/version', headers });
  expect(reply.statusCode).toBe(statusCode);
  if (statusCode === 401) {
    expect(reply.headers['www-authenticate']).toBe('Bearer');
    expect(reply.json().error).toBe('unauthorized');
  }
});

test('a bad Bearer is refused even beside a valid cookie', async () => {
  const launcher = shared();
  const headers = { cookie: await signIn(launcher), authorization: 'Bearer wrong' };
  expect((await launcher.app.inject({ url: '/api/system/version', headers })).statusCode).toBe(401);
  expect((await launcher.app.inject({ url: '/', headers })).statusCode).toBe(401);
});
