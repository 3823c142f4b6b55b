import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { handshake } from '../support/raw-http.ts';
import { ask, bearer, CHANNEL_TOKEN, openSocket, settingsWith, startTestGateway } from '../support/test-gateway.ts';

const good = `Authorization: Bearer ${CHANNEL_TOKEN}`;

async function start(channel: Parameters<typeof settingsWith>[0] = {}) {
  const gateway = await startTestGateway({ settings: settingsWith(channel) });
  onTestFinished(() => gateway.app.close());
  return gateway;
}

describe('a peer', () => {
  it('that says nothing and answers no ping is dropped after read_timeout', async () => {
    const { port, parts } = await start({ pingIntervalMs: 20, readTimeoutMs: 100 });
    const vanished = connect(port, '127.0.0.1');
    vanished.write(handshake('/pico/ws', good));
    await once(vanished, 'data');
    await expect.poll(() => parts.channel.connectionCount).toBe(0);
    vanished.destroy();
  });

  it('that answers pings stays, however quiet it is', async () => {
    const readTimeoutMs = 3_000;
    const { port, parts } = await start({ pingIntervalMs: 100, readTimeoutMs });
    const socket = await openSocket(port);
    const closed = once(socket, 'close');
    const startedAt = performance.now();
    while (performance.now() - startedAt < 1.3 * readTimeoutMs) await Promise.race([once(socket, 'ping'), closed]);
    expect(parts.channel.connectionCount).toBe(1);
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it('that resets before, during and after the handshake, or inside a frame, harms nobody', async () => {
    const { port, parts } = await start();
    const witness = await openSocket(port);
    const before = readdirSync('/proc/self/fd').length;
    const scripts = [handshake('/pico/ws', good), handshake('/pico/ws', good).slice(0, 60), handshake('/pico/ws')];
    for (let count = 0; count < 60; count++) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(scripts[count % scripts.length] ?? '');
      if (count % 2 === 0 && count % 3 === 0) {
        await once(socket, 'data');
        // The first bytes of a frame that never comes.
        socket.write(Buffer.from([0x81, 0xfe, 0xff]));
      }
      socket.resetAndDestroy();
    }
    expect(await ask(witness, '/echo still here')).toHaveLength(3);
    await expect.poll(() => parts.channel.connectionCount).toBe(1);
    await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 2);
  });

  it('that does not agree to be closed does not hold up the end', async () => {
    const { app, port } = await start();
    const silent = connect(port, '127.0.0.1').on('error', () => undefined);
    silent.write(handshake('/pico/ws', good));
    await once(silent, 'data');
    const polite = await openSocket(port, bearer(CHANNEL_TOKEN));
    const closed = once(polite, 'close');
    const startedAt = performance.now();
    await app.close();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([1001, 'shutting down']);
    silent.destroy();
  });
});
