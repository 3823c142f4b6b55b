import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { aProxy } from '../fixtures/a-proxy.ts';
import { createPeers, deferred, gone, upgradeRequest } from '../fixtures/peers.ts';

test('clients that end before the 101 are noticed at once, though nobody reads from them', async () => {
  const peers = createPeers();
  const held: Socket[] = [];
  const port = await peers.upstream((peer) => held.push(peer));
  const { port: proxyPort, proxy, outcomes } = await aProxy(peers, port, { handshakeTimeoutMs: 20_000 });
  const clients = await Promise.all(Array.from({ length: 20 }, () => peers.client(proxyPort)));
  for (const client of clients) client.write(upgradeRequest('/pico/ws'));
  await expect.poll(() => held.length).toBe(20);
  expect(proxy.pendingCount).toBe(20);
  for (const client of clients) client.end();
  await Promise.all(held.map(gone));
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
  expect(proxy.pendingCount).toBe(0);
  expect(outcomes).toEqual(Array.from({ length: 20 }, () => 'client_gone'));
});

test('a client that has sent something and left is held no longer than the gateway may take to answer', async () => {
  const peers = createPeers();
  const asked = deferred<Socket>();
  const port = await peers.upstream((peer) => asked.resolve(peer));
  const { port: proxyPort } = await aProxy(peers, port, { handshakeTimeoutMs: 200 });
  const client = await peers.client(proxyPort);
  client.end(Buffer.concat([upgradeRequest('/pico/ws'), Buffer.from('early')]));
  await gone(await asked.promise);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});
