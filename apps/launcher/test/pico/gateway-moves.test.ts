import { rmSync, writeFileSync } from 'node:fs';
import { rotateChannelToken } from '@picoclaw/config';
import { expect, test } from 'vitest';
import { aGateway, valuesOf } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';
import { headerOf } from '../fixtures/peers.ts';

/** Without what the launcher asks by itself when it sees that the token was changed. */
const upgradesIn = <T extends { readonly url: string }>(seen: readonly T[]): T[] =>
  seen.filter(({ url }) => url.startsWith('/pico'));

async function signedIn() {
  const launcher = await aRunningLauncher();
  const { cookie: Cookie, origin: Origin } = launcher;
  return { launcher, pidFile: launcher.paths.pidFile, connect: () => launcher.upgrade('/pico/ws', { Cookie, Origin }) };
}

const expectUnavailable = ({ status, head, body }: { status: number; head: string; body: string }) => {
  expect(status).toBe(503);
  expect(headerOf(head, 'retry-after')).toBe('1');
  expect(JSON.parse(body)).toMatchObject({ error: 'gateway_unavailable' });
};

test('a gateway that comes back on another port is found at the next upgrade, with nothing restarted', async () => {
  const { connect, pidFile } = await signedIn();
  expectUnavailable(await connect());
  const first = await aGateway({ pidFile });
  expect((await connect()).status).toBe(101);
  await first.close();
  expectUnavailable(await connect());
  const second = await aGateway({ pidFile });
  expect(second.port).not.toBe(first.port);
  expect((await connect()).status).toBe(101);
  expect(upgradesIn(second.seen)).toHaveLength(1);
  rmSync(pidFile);
  expectUnavailable(await connect());
});

test.each([
  ['names a foreign host', { host: '203.0.113.7' }],
  ['names a host that only looks like this machine', { host: '127.0.0.1.evil.example' }],
  ['is of a process that is gone', { pid: 2 ** 22 + 1 }],
  ['is of a pid that was reused', { startTime: '1' }],
  ['is of before the last boot', { bootId: 'another boot' }],
])('a pid file that %s is a 503, and nobody is connected to', async (_name, changes) => {
  const { connect, pidFile } = await signedIn();
  const gateway = await aGateway({ pidFile });
  gateway.claim(changes);
  expectUnavailable(await connect());
  expect(gateway.seen).toEqual([]);
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '{"pid":1}',
  `{"pid":-1,"token":"${'a'.repeat(32)}","version":"1","port":1,"host":""}`,
])('a pid file that says %s is a 503', async (text) => {
  const { connect, pidFile } = await signedIn();
  writeFileSync(pidFile, text);
  expectUnavailable(await connect());
});

test('a channel that is not enabled is a 503', async () => {
  const { connect, pidFile, launcher } = await signedIn();
  await aGateway({ pidFile });
  writeFileSync(launcher.paths.configFile, JSON.stringify({ channels: { pico: { enabled: false } } }));
  expectUnavailable(await connect());
});

test('a configuration that cannot be read is a 503, and comes back when it is corrected', async () => {
  const { connect, pidFile, launcher } = await signedIn();
  await aGateway({ pidFile });
  writeFileSync(launcher.paths.configFile, '{ "channels": ');
  expectUnavailable(await connect());
  writeFileSync(launcher.paths.configFile, JSON.stringify({ channels: { pico: { enabled: true } } }));
  expect((await connect()).status).toBe(101);
});

test('a rotated channel token counts from the next upgrade on', async () => {
  const { connect, pidFile, launcher } = await signedIn();
  const gateway = await aGateway({ pidFile });
  await connect();
  const before = launcher.channelToken();
  await rotateChannelToken(launcher.paths, launcher.environment);
  const after = launcher.channelToken();
  expect(after).not.toBe(before);
  await connect();
  const tokens = upgradesIn(gateway.seen).map((seen) => valuesOf(seen, 'authorization')[0]?.split('.')[1]);
  expect(tokens).toEqual([before, after]);
  expect((await launcher.upgrade('/pico/ws', { Authorization: `Bearer ${before}` })).status).toBe(403);
  expect((await launcher.upgrade('/pico/ws', { Authorization: `Bearer ${after}` })).status).toBe(101);
});

test('a gateway that accepts and says nothing is a 504', async () => {
  const launcher = await aRunningLauncher({ override: { handshakeTimeoutMs: 150 } });
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  const { createServer } = await import('node:net');
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  gateway.claim({ port: (silent.address() as { port: number }).port });
  const { cookie: Cookie, origin: Origin } = launcher;
  expect((await launcher.upgrade('/pico/ws', { Cookie, Origin })).status).toBe(504);
  silent.close();
});
