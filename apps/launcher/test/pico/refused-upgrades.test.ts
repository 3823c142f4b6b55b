import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { TOKEN } from '../build-test-launcher.ts';
import { aGateway } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';
import { createPeers, switchingProtocols } from '../fixtures/peers.ts';

test('a thousand refused upgrades leave no descriptor open', async () => {
  const launcher = await aRunningLauncher({ config: { login_attempts_per_minute: 100_000 } });
  const descriptors = () => readdirSync('/proc/self/fd').length;
  await launcher.upgrade('/pico/ws');
  await expect.poll(descriptors).toBeGreaterThan(0);
  const before = descriptors();
  for (let round = 0; round < 50; round += 1) {
    const replies = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const headers = [{}, { Authorization: 'Bearer wrong' }, { 'Sec-WebSocket-Version': '8' }][index % 3] ?? {};
        const reply = await launcher.upgrade(index % 5 === 0 ? '/nowhere' : '/pico/ws', headers);
        reply.socket.destroy();
        return reply.status;
      }),
    );
    expect(replies.every((status) => status >= 400)).toBe(true);
  }
  await expect.poll(descriptors, { timeout: 3_000 }).toBeLessThanOrEqual(before);
});

test('neither do hundreds that the gateway refuses, breaks off or garbles, or for which there is none', async () => {
  const peers = createPeers();
  const launcher = await aRunningLauncher();
  const { record, claim, close } = await aGateway({ pidFile: launcher.paths.pidFile });
  await close();
  const { cookie: Cookie, origin: Origin } = launcher;
  const answers: readonly (readonly [number, (peer: Socket, head: string) => void])[] = [
    [403, (peer) => peer.end('HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n')],
    [503, (peer) => peer.resetAndDestroy()],
    [502, (peer, head) => peer.write(switchingProtocols(head, { 'Sec-WebSocket-Accept': 'wrong' }))],
    [502, (peer) => peer.write('no HTTP at all\r\n\r\n')],
  ];
  const ports = await Promise.all(answers.map(([, answer]) => peers.upstream(answer)));
  const cases = [
    ...answers.map(([status], index) => [status, ports[index] ?? 0] as const),
    [503, record.port] as const,
  ];
  const refuse = async (status: number, count: number) => {
    const replies = await Promise.all(
      Array.from({ length: count }, async () => {
        const reply = await launcher.upgrade('/pico/ws', { Cookie, Origin });
        reply.socket.destroy();
        return reply.status;
      }),
    );
    expect(new Set(replies)).toEqual(new Set([status]));
  };
  const descriptors = () => readdirSync('/proc/self/fd').length;
  await refuse(503, 1);
  const before = descriptors();
  for (const [status, port] of cases) {
    claim({ port });
    for (let round = 0; round < 4; round += 1) await refuse(status, 25);
  }
  peers.destroy();
  await expect.poll(descriptors, { timeout: 5_000 }).toBeLessThanOrEqual(before + 2);
});

test.each([
  ['who may not', {}, 403],
  ['who may, when there is no gateway', { Authorization: `Bearer ${TOKEN}` }, 503],
  ['who asks at another place', { Authorization: `Bearer ${TOKEN}` }, 400],
])('what comes behind the refused upgrade of %s is no request any more', async (who, headers, status) => {
  const launcher = await aRunningLauncher();
  const path = who.includes('place') ? '/login' : '/pico/ws';
  const behind = `GET /api/system/version HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
  const reply = await launcher.upgrade(path, { Host: 'localhost', ...headers }, { body: behind });
  expect(reply.status).toBe(status);
  expect(reply.body).not.toMatch(/HTTP\/1\.1|"version"/);
});
