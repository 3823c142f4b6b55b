import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { aProxy } from '../fixtures/a-proxy.ts';
import { createPeers, deferred, frame, gone, readHead, switchingProtocols, upgradeRequest } from '../fixtures/peers.ts';

async function aPair(idleTimeoutMs: number) {
  const peers = createPeers();
  const opened = deferred<Socket>();
  const port = await peers.upstream((peer, head) => {
    peer.write(switchingProtocols(head));
    opened.resolve(peer);
  });
  const { port: proxyPort, proxy } = await aProxy(peers, port, { idleTimeoutMs });
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/pico/ws'));
  await readHead(client);
  return { peers, proxy, client, peer: await opened.promise };
}

/** Writes until the system takes no more for a while, or the peer is gone; answers with how much it took. */
async function fill(socket: Socket, maxBytes: number): Promise<number> {
  const chunk = frame(Buffer.alloc(64 * 1024), { opcode: 2 });
  let written = 0;
  while (written < maxBytes && !socket.destroyed) {
    if (socket.write(chunk)) {
      written += chunk.length;
      continue;
    }
    written += chunk.length;
    const drained = new Promise<boolean>((resolve) => {
      const stuck = setTimeout(() => resolve(false), 300);
      socket.once('drain', () => {
        clearTimeout(stuck);
        resolve(true);
      });
    });
    if (!(await drained)) break;
  }
  return written;
}

test.each(['client', 'peer'] as const)(
  'a %s that never reads holds the other side up instead of filling memory',
  async (stalled) => {
    const pair = await aPair(60_000);
    const writer = stalled === 'client' ? pair.peer : pair.client;
    pair[stalled].pause();
    const limit = 256 * 1024 * 1024;
    const before = process.memoryUsage();
    const written = await fill(writer, limit);
    const after = process.memoryUsage();
    expect(written).toBeLessThan(limit / 4);
    const grown = after.arrayBuffers + after.external - before.arrayBuffers - before.external;
    expect(grown).toBeLessThan(64 * 1024 * 1024);
  },
);

test('a pair of which nothing moves is closed when the idle time is over', async () => {
  const { peers, proxy, client, peer } = await aPair(200);
  await Promise.all([gone(client), gone(peer)]);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
  await expect.poll(() => proxy.openCount).toBe(0);
});

test('a client that never reads is closed when the idle time is over, whatever waits for it', async () => {
  const { peers, client, peer } = await aPair(400);
  client.pause();
  await fill(peer, 64 * 1024 * 1024);
  await gone(peer);
  await expect.poll(peers.foreignSockets, { timeout: 2_500 }).toBe(0);
});

test('a pair in which something moves outlives the idle time', async () => {
  const { proxy, client, peer } = await aPair(3_000);
  client.resume();
  const startedAt = performance.now();
  const beats = setInterval(() => peer.write(frame('', { opcode: 9 })), 100);
  onTestFinished(() => clearInterval(beats));
  await expect.poll(() => performance.now() - startedAt, { interval: 100 }).toBeGreaterThan(4_000);
  expect(proxy.openCount).toBe(1);
});
