import { METHODS } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildTestLauncher, signIn, type TestLauncher, TOKEN } from './build-test-launcher.ts';
import { listen, sendRaw } from './raw-http.ts';

let launcher: TestLauncher;
let port = 0;
beforeAll(async () => {
  launcher = await buildTestLauncher({ config: { login_attempts_per_minute: 100_000 } });
  port = await listen(launcher.app);
});
afterAll(() => launcher.close());

const send = (target: string, { method = 'GET', headers = [] as readonly string[] } = {}) =>
  sendRaw(port, [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers]);

test.each([
  ['//api/system/version', 400],
  ['///api/system/version', 400],
  ['/./api/system/version', 400],
  ['/x/../api/system/version', 400],
  ['/health/../api/system/version', 400],
  ['/assets/../api/system/version', 400],
  ['/x/%2e%2e/api/system/version', 400],
  ['/x/.%2E/api/system/version', 400],
  ['/%2e/api/system/version', 400],
  ['/api//system/version', 400],
  ['/api%2fsystem/version', 400],
  ['/api%2Fsystem%2Fversion', 400],
  ['/assets%5c..%5capi/system/version', 400],
  ['/\\api/system/version', 400],
  ['/api/system/version%00', 400],
  ['/api/system/version%00.css', 400],
  ['/api/system/version%zz', 400],
  ['/%', 400],
  ['/%61pi/system/version', 401],
  ['/api/%73ystem/version', 401],
  ['/API/system/version', 401],
  ['/Api/System/Version', 401],
  ['/api/system/version;.css', 401],
  ['/api/system/version;a=b', 401],
  ['/api;/system/version', 303],
  ['/api/system/version.css', 401],
  ['/api/system/version/', 401],
  ['/api/system/version?next=/login', 401],
  ['/api/system/version?/assets/index-abc.js', 401],
  ['/api/system/version#/login', 401],
  ['/api/system/version%3f/login', 401],
  ['/api/system/version%23/login', 401],
  ['/api/system/version%20', 401],
  ['/login/api', 303],
  ['/pico/%77s', 403],
  ['/%70ico/ws', 403],
  ['/PICO/ws', 401],
  ['/pico/ws;', 401],
  ['*', 400],
  ['http://localhost/api/system/version', 400],
  ['http://localhost/login', 400],
  ['http://evil.com/', 400],
  ['HTTP://LOCALHOST/', 400],
  ['api/system/version', 400],
  [`//evil.com?token=${TOKEN}`, 400],
  [`//evil.com/%2e%2e?token=${TOKEN}`, 400],
  [`/\\evil.com?token=${TOKEN}`, 400],
  [`/./?token=${TOKEN}`, 400],
  [`/x/..//evil.com?token=${TOKEN}`, 400],
  [`/%5cevil.com?token=${TOKEN}`, 400],
  [`/%2fevil.com?token=${TOKEN}`, 400],
])('GET %s is not let in: %i', async (target, statusCode) => {
  const reply = await send(target);
  expect(reply.statusCode).toBe(statusCode);
  expect(reply.text).not.toContain('"version"');
  expect(reply.headers).not.toHaveProperty('set-cookie');
  if (statusCode === 303) expect(reply.headers['location']).toMatch(/^\/login\?next=/);
});

test('a path that is written differently and means the same is the same to who may', async () => {
  const headers = [`Authorization: Bearer ${TOKEN}`];
  for (const target of ['/api/system/version', '/%61pi/system/version', '/api/system/version?next=/login'])
    expect([target, (await send(target, { headers })).statusCode]).toEqual([target, 200]);
  for (const target of [
    '/API/system/version',
    '/api/system/version;.css',
    '/api/system/version/',
    '/api',
    '/pico/nothing',
  ])
    expect([target, (await send(target, { headers })).statusCode]).toEqual([target, 404]);
});

test.each([
  'X-Original-URL: /login',
  'X-Rewrite-URL: /login',
  'X-Forwarded-Uri: /login',
  'X-Forwarded-Path: /login',
  'X-Forwarded-Prefix: /login',
  'X-HTTP-Method-Override: OPTIONS',
  'X-Method-Override: OPTIONS',
  'X-HTTP-Method: OPTIONS',
  'X-Forwarded-Method: OPTIONS',
  'X-Forwarded-User: admin',
  'X-Remote-User: admin',
  'Remote-User: admin',
])('%s changes nothing', async (header) => {
  expect((await send('/api/system/version', { headers: [header] })).statusCode).toBe(401);
  const post = await send('/api/gateway/start', { method: 'POST', headers: [header, 'Content-Length: 0'] });
  expect(post.statusCode).toBe(401);
});

test.each([
  '/assets/..%2f..%2flauncher-config.json',
  '/assets/..%5c..%5clauncher-config.json',
  '/assets/../../launcher-config.json',
  '/assets/%2e%2e/%2e%2e/launcher-config.json',
  '/assets/%252e%252e%252flauncher-config.json',
  '/assets/....//launcher-config.json',
  '/assets/index-abc.js%00.css',
  '/assets//etc/passwd',
  '/assets/',
  '/assets/index-abc.js/',
  '/assets/index-abc.js.br',
  '/assets/index-abc.js.map',
  '/assets/.',
  '/dashboard/index.html/../../launcher-config.json',
])('GET %s finds no file', async (target) => {
  const reply = await send(target);
  expect([400, 404]).toContain(reply.statusCode);
  expect(reply.text).not.toMatch(/launcher_token|root:|brotli/);
});

test('a method that a path does not have is 405, with those that it has', async () => {
  const allowed = async (target: string, method: string) => {
    const { statusCode, headers } = await send(target, { method, headers: ['Content-Length: 0'] });
    return [statusCode, headers['allow']];
  };
  expect(await allowed('/login', 'PUT')).toEqual([405, 'GET, HEAD, POST']);
  expect(await allowed('/logout', 'GET')).toEqual([405, 'POST']);
  expect(await allowed('/api/gateway/status', 'POST')).toEqual([405, 'GET, HEAD']);
  expect(await allowed('/pico/ws', 'POST')).toEqual([405, 'GET']);
  expect(await allowed('/anything', 'POST')).toEqual([405, 'GET, HEAD']);
  expect(await allowed('/health', 'DELETE')).toEqual([405, 'GET, HEAD']);
});

test('so is every method that Node knows, on every kind of path', async () => {
  for (const method of METHODS.filter((name) => !['CONNECT', 'GET', 'HEAD', 'POST'].includes(name))) {
    for (const target of ['/', '/login', '/assets/index-abc.js', '/api/auth/status', '/pico/ws']) {
      const reply = await launcher.app.inject({ method: method as 'GET', url: target });
      expect([method, target, reply.statusCode]).toEqual([method, target, 405]);
      expect(reply.headers.allow).toContain('GET');
      expect(reply.json().error).toBe('method_not_allowed');
    }
  }
});

test('a method that nobody knows is malformed', async () => {
  const reply = await send('/', { method: 'BREW' });
  expect([reply.statusCode, JSON.parse(reply.body).error]).toEqual([400, 'bad_request']);
});

test('TRACE echoes nothing', async () => {
  const cookie = await signIn(launcher);
  const reply = await send('/', { method: 'TRACE', headers: [`Cookie: ${cookie}`, 'X-Marker: seen'] });
  expect(reply.statusCode).toBe(405);
  expect(reply.text).not.toMatch(/seen|session1/);
});

test('CONNECT makes no tunnel', async () => {
  const reply = await send('127.0.0.1:22', { method: 'CONNECT' });
  expect(reply.text).not.toMatch(/^HTTP\/1.1 2/);
});
