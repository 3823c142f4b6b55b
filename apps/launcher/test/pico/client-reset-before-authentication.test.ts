import { once } from 'node:events';
import { expect, test } from 'vitest';
import { aGateway } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';
import { upgradeRequest } from '../fixtures/peers.ts';

// A reset without an error listener is an uncaught exception, which would fail the run.
test('clients that reset at any moment of an upgrade do not disturb others', async () => {
  const launcher = await aRunningLauncher();
  await aGateway({ pidFile: launcher.paths.pidFile });
  const { cookie: Cookie, origin: Origin, port } = launcher;
  const request = upgradeRequest('/pico/ws', { Host: `127.0.0.1:${port}`, Cookie, Origin });
  for (let round = 0; round < 60; round += 1) {
    const socket = await launcher.open();
    const closed = once(socket, 'close');
    // From half a request over the gates to the open socket.
    if (round % 3 === 0) socket.write(request.subarray(0, round * 5));
    else socket.write(request);
    setTimeout(() => socket.resetAndDestroy(), round % 3 === 1 ? 0 : round / 4);
    await closed;
  }
  expect((await launcher.upgrade('/pico/ws', { Cookie, Origin })).status).toBe(101);
});
