import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { aProxy } from '../fixtures/a-proxy.ts';
import { createPeers, deferred, gone, headerOf, readToEnd, upgradeRequest } from '../fixtures/peers.ts';

test('a gateway that accepts and says nothing is answered for with a complete 504', async () => {
  const peers = createPeers();
  const asked = deferred<Socket>();
  const port = await peers.upstream((peer) => asked.resolve(peer));
  const { port: proxyPort, outcomes } = await aProxy(peers, port, { handshakeTimeoutMs: 150 });
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/pico/ws'));
  const reply = String(await readToEnd(client));
  expect(reply).toMatch(/^HTTP\/1\.1 504 Gateway Timeout\r\n/);
  expect(headerOf(reply, 'connection')).toBe('close');
  expect(JSON.parse(reply.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: 'gateway_timeout' });
  expect(outcomes).toEqual(['gateway_timeout']);
  await gone(await asked.promise);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});

test('a gateway that answers a byte at a time is not waited for any longer', async () => {
  const peers = createPeers();
  const port = await peers.upstream((peer) => {
    const timer = setInterval(() => peer.write('H'), 20);
    peer.once('close', () => clearInterval(timer));
    peer.write('HTTP/1.1 101 Switching Protocols\r\nX-');
  });
  const { port: proxyPort } = await aProxy(peers, port, { handshakeTimeoutMs: 150 });
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/pico/ws'));
  expect(String(await readToEnd(client))).toMatch(/^HTTP\/1\.1 504 /);
});

test('a 101 without an upgrade is no answer', async () => {
  const peers = createPeers();
  const port = await peers.upstream((peer) => peer.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  const { port: proxyPort } = await aProxy(peers, port, { handshakeTimeoutMs: 150 });
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/pico/ws'));
  expect(String(await readToEnd(client))).toMatch(/^HTTP\/1\.1 50[24] /);
});
