import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { aLauncher, sharedLauncher, TOKEN } from './build-test-launcher.ts';
import { listen, sendRaw } from './raw-http.ts';

const shared = sharedLauncher({ config: { allowed_hosts: ['Pico.Example.com'], trusted_proxy_cidrs: ['10.0.0.0/8'] } });
const ask = (host: string, remoteAddress = '192.0.2.1') =>
  shared().app.inject({ url: '/health', headers: { host }, remoteAddress });

const bare = hostname().toLowerCase().split('.')[0];
test.each([
  'localhost',
  'localhost:18800',
  'LocalHost',
  'localhost.',
  '127.0.0.1:18800',
  '192.168.1.5',
  '[::1]:18800',
  '[fe80::1]',
  hostname(),
  `${bare}`,
  `${bare}.local:80`,
  'pico.example.com',
  'PICO.example.com:8443',
])('the launcher answers to %s', async (host) => {
  expect((await ask(host)).statusCode).toBe(200);
});

test.each([
  'evil.com',
  'localhost.evil.com',
  'evil-localhost',
  'example.com',
  'a.pico.example.com',
  '1.2.3.4.nip.io',
  '0x7f.1.evil',
])('the launcher does not answer to %s, and says which setting to change', async (host) => {
  for (const url of ['/', '/health', '/api/auth/status', '/login', '/nothing', '/pico/ws']) {
    const reply = await shared().app.inject({ url, headers: { host } });
    expect([url, reply.statusCode, reply.json().error]).toEqual([url, 421, 'host_not_allowed']);
    expect(reply.json().message).toContain('allowed_hosts');
    expect(reply.json().message).toContain(`"${host}"`);
    // A stranger is not told where the home is.
    expect(reply.body).not.toContain(shared().home);
    expect(reply.cookies).toEqual([]);
  }
});

test('a browser gets the explanation as a page', async () => {
  const reply = await shared().app.inject({ url: '/', headers: { host: 'evil.com', accept: 'text/html' } });
  expect(reply.statusCode).toBe(421);
  expect(reply.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(reply.body).toContain('allowed_hosts');
});

test('a trusted proxy may bring any name', async () => {
  expect((await ask('whatever.example', '10.0.0.1')).statusCode).toBe(200);
});

test('X-Forwarded-Host does not stand in for Host', async () => {
  const headers = { host: 'evil.com', 'x-forwarded-host': 'localhost' };
  expect((await shared().app.inject({ url: '/health', headers })).statusCode).toBe(421);
});

test('no name that is not ours stands in an address that the launcher gives out', async () => {
  const told = async (headers: Record<string, string>, remoteAddress = '192.0.2.1') => {
    const asked = { url: '/api/pico/info', headers: { authorization: `Bearer ${TOKEN}`, ...headers }, remoteAddress };
    const reply = await shared().app.inject(asked);
    return reply.statusCode === 200 ? reply.json().ws_url : reply.statusCode;
  };
  const forwarded = { 'x-forwarded-host': 'evil.com', 'x-forwarded-proto': 'https', forwarded: 'host=evil.com' };
  expect(await told({ host: 'localhost:18800', ...forwarded })).toBe('ws://localhost:18800/pico/ws');
  expect(await told({ host: 'pico.example.com' })).toBe('ws://pico.example.com/pico/ws');
  expect(await told({ host: 'evil.com' })).toBe(421);
  const byProxy = { host: 'a', 'x-forwarded-host': 'pico.example.com', 'x-forwarded-proto': 'https' };
  expect(await told(byProxy, '10.0.0.1')).toBe('wss://pico.example.com/pico/ws');
});

test('* turns the check off', async () => {
  const { app } = await aLauncher({ config: { allowed_hosts: ['*'] } });
  expect((await app.inject({ url: '/health', headers: { host: 'evil.com' } })).statusCode).toBe(200);
});

test.each([
  ['an empty one', ['Host:']],
  ['two', ['Host: localhost', 'Host: localhost']],
  ['two that differ', ['Host: localhost', 'Host: evil.com']],
  ['one with a path', ['Host: localhost/x']],
  ['one with a user', ['Host: evil.com@localhost']],
  ['one with blanks', ['Host: localhost evil.com']],
  ['one with an escape', ['Host: local%68ost']],
  ['one with a comma', ['Host: localhost, evil.com']],
  ['one with a port that is none', ['Host: localhost:99999']],
  ['one with a broken IPv6 address', ['Host: [::1']],
  ['one with other letters', ['Host: löcalhost']],
])('a request with %s for Host lines is malformed', async (_what, lines) => {
  const port = await listen((await aLauncher()).app);
  const reply = await sendRaw(port, ['GET /health HTTP/1.1', ...lines, 'Connection: close']);
  expect(reply.statusCode).toBe(400);
  expect(JSON.parse(reply.body)).toMatchObject({ error: expect.stringMatching(/^bad_(host|request)$/) });
});

test('a request without Host is malformed, which Node itself says', async () => {
  const port = await listen((await aLauncher()).app);
  expect((await sendRaw(port, ['GET /health HTTP/1.1', 'Connection: close'])).statusCode).toBe(400);
});

test('an old client without Host is refused as well', async () => {
  const port = await listen((await aLauncher()).app);
  expect((await sendRaw(port, ['GET /health HTTP/1.0'])).statusCode).toBe(400);
});
