import { expect, test } from 'vitest';
import { TOKEN } from '../build-test-launcher.ts';
import { aGateway } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';
import { headerOf } from '../fixtures/peers.ts';

/** How the path is written, and what who may gets and who may not. */
const TABLE: readonly (readonly [path: string, right: number, none: number])[] = [
  ['/pico/ws', 101, 403],
  ['/pico/%77s', 101, 403],
  ['/%70ico', 101, 403],
  ['/pico/ws?next=/login', 101, 403],
  ['/pico/ws#/login', 101, 403],
  ['//pico/ws', 400, 400],
  ['/./pico/ws', 400, 400],
  ['/%2e/pico/ws', 400, 400],
  ['/login/../pico/ws', 400, 400],
  ['/assets/..%2fpico/ws', 400, 400],
  ['/assets/..%5cpico/ws', 400, 400],
  ['/assets/index-abc.js', 400, 400],
  ['/pico%2fws', 400, 400],
  ['/pico/ws%00', 400, 400],
  ['/pico/ws%00.css', 400, 400],
  ['/pico/ws;.css', 400, 400],
  ['/PICO/WS', 400, 400],
  ['/pico/ws/x', 400, 400],
  ['/\\pico/ws', 400, 400],
  ['/%zz', 400, 400],
  ['http://localhost/pico/ws', 400, 400],
  ['/api/events', 101, 401],
  ['/api/%65vents', 101, 401],
  ['//api/events', 400, 400],
  ['/api/events/', 400, 400],
  ['/API/events', 400, 400],
];

test('how a path is written opens no socket that the plain one does not, and the gateway hears of no other', async () => {
  const launcher = await aRunningLauncher();
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  for (const [path, right, none] of TABLE) {
    const allowed = await launcher.upgrade(path, { Authorization: `Bearer ${TOKEN}` });
    const stranger = await launcher.upgrade(path);
    expect([path, allowed.status, stranger.status]).toEqual([path, right, none]);
    expect(headerOf(`${allowed.head}${stranger.head}`, 'set-cookie')).toBeUndefined();
  }
  const upgrades = gateway.seen.map(({ url }) => url).filter((url) => url.startsWith('/pico'));
  expect(upgrades).toEqual(['/pico/ws', '/pico/ws', '/pico/ws', '/pico/ws?next=/login', '/pico/ws']);
});

test.each([
  ['X-Original-URL', '/pico/ws'],
  ['X-Rewrite-URL', '/pico/ws'],
  ['X-Forwarded-Uri', '/pico/ws'],
  ['X-Forwarded-Prefix', '/pico'],
])('%s makes a socket of nothing else', async (name, value) => {
  const launcher = await aRunningLauncher();
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  const own = { Authorization: `Bearer ${TOKEN}` };
  expect((await launcher.upgrade('/login', { ...own, [name]: value })).status).toBe(400);
  expect((await launcher.upgrade('/pico/ws', { [name]: '/health' })).status).toBe(403);
  expect(gateway.seen.filter(({ url }) => url.startsWith('/pico'))).toEqual([]);
});

test('no header makes another method of a POST, and no foreign name is answered to', async () => {
  const launcher = await aRunningLauncher();
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  const own = { Authorization: `Bearer ${TOKEN}` };
  for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
    expect((await launcher.upgrade('/pico/ws', { ...own, [name]: 'GET' }, { method: 'POST' })).status).toBe(405);
  }
  for (const [Host, status] of [
    ['evil.com', 421],
    ['localhost.evil.com', 421],
    ['', 400],
    ['a b', 400],
    [['localhost', 'localhost'], 400],
  ] as const) {
    const refused = await launcher.upgrade('/pico/ws', { ...own, Host, 'X-Forwarded-Host': 'localhost' });
    expect([Host, refused.status]).toEqual([Host, status]);
  }
  expect(gateway.seen.filter(({ url }) => url.startsWith('/pico'))).toEqual([]);
});
