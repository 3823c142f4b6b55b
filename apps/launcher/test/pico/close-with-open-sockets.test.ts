import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { TOKEN } from '../build-test-launcher.ts';
import { aGateway } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';

test('the launcher closes quickly with proxied sockets open, and tells each client 1001', async () => {
  const launcher = await aRunningLauncher();
  await aGateway({ pidFile: launcher.paths.pidFile });
  const headers = { authorization: `Bearer ${TOKEN}` };
  const sockets = Array.from(
    { length: 5 },
    () => new WebSocket(`ws://127.0.0.1:${launcher.port}/pico/ws`, { headers }),
  );
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  const ended = Promise.all(sockets.map((socket) => once(socket, 'close')));
  const startedAt = performance.now();
  await launcher.app.close();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect((await ended).map(([code]) => code)).toEqual([1001, 1001, 1001, 1001, 1001]);
});

test('the launcher closes though a client never answers, and one is still being connected', async () => {
  const launcher = await aRunningLauncher();
  await aGateway({ pidFile: launcher.paths.pidFile });
  const { socket, status } = await launcher.upgrade('/pico/ws', { Authorization: `Bearer ${TOKEN}` });
  expect(status).toBe(101);
  socket.pause();
  const startedAt = performance.now();
  await launcher.app.close();
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});
