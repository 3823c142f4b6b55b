import { expect, test } from 'vitest';
import { aGateway } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';
import { headerOf, readToEnd } from '../fixtures/peers.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const TABLE: readonly (readonly [string, number, Headers, string])[] = [
  ['version 8', 426, { 'Sec-WebSocket-Version': '8' }, 'GET'],
  ['no version', 426, { 'Sec-WebSocket-Version': undefined }, 'GET'],
  ['no key', 400, { 'Sec-WebSocket-Key': undefined }, 'GET'],
  ['a short key', 400, { 'Sec-WebSocket-Key': 'abc' }, 'GET'],
  ['two keys', 400, { 'Sec-WebSocket-Key': ['dGhlIHNhbXBsZSBub25jZQ==', 'AAAAAAAAAAAAAAAAAAAAAA=='] }, 'GET'],
  ['h2c', 400, { Upgrade: 'h2c' }, 'GET'],
  ['h2c besides websocket', 400, { Upgrade: 'h2c, websocket' }, 'GET'],
  ['a length', 400, { 'Content-Length': '4' }, 'GET'],
  ['chunks', 400, { 'Transfer-Encoding': 'chunked' }, 'GET'],
  ['POST', 405, {}, 'POST'],
  ['HEAD', 405, {}, 'HEAD'],
];

test.each(TABLE)(
  'an upgrade with %s is a complete %i, and the gateway hears nothing',
  async (_name, status, headers, method) => {
    const launcher = await aRunningLauncher();
    const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
    const reply = await launcher.upgrade(
      '/pico/ws',
      { Cookie: launcher.cookie, Origin: launcher.origin, ...headers },
      { method },
    );
    expect(reply.status).toBe(status);
    if (status === 426) expect(headerOf(reply.head, 'sec-websocket-version')).toBe('13');
    if (status === 405) expect(headerOf(reply.head, 'allow')).toBe('GET');
    expect(gateway.seen).toEqual([]);
  },
);

test('what is smuggled behind an upgrade as its body never becomes a request at the gateway', async () => {
  const launcher = await aRunningLauncher();
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  const { cookie: Cookie, origin: Origin } = launcher;
  const smuggled = 'GET /reload HTTP/1.1\r\nHost: x\r\n\r\n';
  for (const headers of [{ 'Content-Length': String(smuggled.length) }, { 'Transfer-Encoding': 'chunked' }]) {
    const body = 'Content-Length' in headers ? smuggled : `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
    expect((await launcher.upgrade('/pico/ws', { Cookie, Origin, ...headers }, { body })).status).toBe(400);
  }
  expect(gateway.seen).toEqual([]);
});

test('an upgrade in absolute form, or of HTTP/1.0, is refused', async () => {
  const launcher = await aRunningLauncher();
  await aGateway({ pidFile: launcher.paths.pidFile });
  const { cookie: Cookie, origin: Origin, port } = launcher;
  expect((await launcher.upgrade(`http://127.0.0.1:${port}/pico/ws`, { Cookie, Origin })).status).toBe(400);
  expect((await launcher.upgrade('http://a.b:99x/', { Cookie, Origin })).status).toBe(400);
  const socket = await launcher.open();
  socket.write(`GET /pico/ws HTTP/1.0\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  expect(String(await readToEnd(socket))).toMatch(/^HTTP\/1\.1 (400|403) /);
});

test('a GET without an upgrade is told to upgrade, when it may', async () => {
  const launcher = await aRunningLauncher();
  const get = (headers: Record<string, string> = {}) => launcher.app.inject({ url: '/pico/ws', headers });
  expect((await get()).statusCode).toBe(403);
  const { cookie, origin } = launcher;
  expect((await get({ cookie })).statusCode).toBe(403);
  const host = `127.0.0.1:${launcher.port}`;
  const told = await get({ cookie, origin, host });
  expect(told.statusCode).toBe(426);
  expect(told.headers['upgrade']).toBe('websocket');
  expect(told.json()).toMatchObject({ error: 'upgrade_required' });
});

test('no other path may upgrade', async () => {
  const launcher = await aRunningLauncher();
  const { cookie: Cookie, origin: Origin } = launcher;
  for (const path of ['/', '/api/gateway/status', '/pico/media/x', '/login', '/pico/wss', '/pico/ws/x']) {
    expect((await launcher.upgrade(path, { Cookie, Origin })).status, path).not.toBe(101);
  }
});
