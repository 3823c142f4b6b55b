import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { aProxy } from '../fixtures/a-proxy.ts';
import { createPeers, deferred, frame, gone, readHead, switchingProtocols, upgradeRequest } from '../fixtures/peers.ts';

// A reset without an error listener is an uncaught exception, which would fail the run.

test('a client that resets before the gateway has answered takes its upstream socket along', async () => {
  const peers = createPeers();
  const asked = deferred<Socket>();
  const port = await peers.upstream((peer) => asked.resolve(peer));
  const { port: proxyPort, outcomes } = await aProxy(peers, port);
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/pico/ws'));
  const peer = await asked.promise;
  client.resetAndDestroy();
  await gone(peer);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
  expect(outcomes).toEqual(['client_gone']);
});

test('a client that resets before the connection to the gateway stands leaves nothing behind', async () => {
  const peers = createPeers();
  const port = await peers.upstream(() => {});
  const { port: proxyPort, proxy, outcomes } = await aProxy(peers, port);
  const clients = await Promise.all(Array.from({ length: 20 }, () => peers.client(proxyPort)));
  for (const client of clients) {
    client.write(upgradeRequest('/pico/ws'));
    setImmediate(() => client.resetAndDestroy());
  }
  await Promise.all(clients.map((client) => once(client, 'close')));
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
  expect(proxy.pendingCount).toBe(0);
  expect(new Set(outcomes).size).toBeLessThanOrEqual(1);
});

async function anOpenPair() {
  const peers = createPeers();
  const opened = deferred<Socket>();
  const port = await peers.upstream((peer, head) => {
    peer.write(switchingProtocols(head));
    opened.resolve(peer);
  });
  const { port: proxyPort, proxy } = await aProxy(peers, port);
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/pico/ws'));
  await readHead(client);
  return { peers, proxy, client, peer: await opened.promise };
}

test('a client that resets after the 101 takes its upstream socket along, though that one does not answer the end', async () => {
  const { peers, proxy, client, peer } = await anOpenPair();
  client.resetAndDestroy();
  await gone(peer);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
  await expect.poll(() => proxy.openCount).toBe(0);
});

test('a client that resets in the middle of a frame takes its upstream socket along', async () => {
  const { peers, client, peer } = await anOpenPair();
  peer.write(frame('x'.repeat(100_000)).subarray(0, 50_000));
  await once(client.resume(), 'data');
  client.resetAndDestroy();
  await gone(peer);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});

test('a client that resets while it is being told goodbye leaves nothing behind', async () => {
  const { peers, proxy, client } = await anOpenPair();
  const closed = proxy.close();
  client.resetAndDestroy();
  await closed;
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});

test('a gateway that resets after the 101 takes its client along', async () => {
  const { peers, client, peer } = await anOpenPair();
  peer.resetAndDestroy();
  await gone(client);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});
