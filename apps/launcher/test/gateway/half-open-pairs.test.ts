import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { aProxy } from '../fixtures/a-proxy.ts';
import { createPeers, gone, readHead, switchingProtocols, upgradeRequest } from '../fixtures/peers.ts';

const COUNT = 40;

/** Forty open pairs whose peers never close by themselves. */
async function manyPairs() {
  const peers = createPeers();
  const upstreams: Socket[] = [];
  const port = await peers.upstream((peer, head) => {
    peer.write(switchingProtocols(head));
    upstreams.push(peer);
  });
  const { port: proxyPort, proxy } = await aProxy(peers, port, { maxPendingPerClient: COUNT });
  const clients = await Promise.all(
    Array.from({ length: COUNT }, async () => {
      const client = await peers.client(proxyPort);
      client.write(upgradeRequest('/pico/ws'));
      await readHead(client);
      return client;
    }),
  );
  expect(proxy.openCount).toBe(COUNT);
  expect(peers.foreignSockets()).toBe(2 * COUNT);
  return { peers, proxy, clients, upstreams };
}

const CASES: readonly (readonly [string, 'clients' | 'upstreams', (socket: Socket) => void])[] = [
  ['clients end and gateways do not answer', 'clients', (socket) => socket.end()],
  ['gateways end and clients do not answer', 'upstreams', (socket) => socket.end()],
  ['clients reset and gateways do not answer', 'clients', (socket) => socket.resetAndDestroy()],
  ['gateways reset and clients do not answer', 'upstreams', (socket) => socket.resetAndDestroy()],
];

test.each(CASES)('when %s every socket is closed within about a second', async (_name, side, leave) => {
  const { peers, proxy, ...ends } = await manyPairs();
  const others = ends[side === 'clients' ? 'upstreams' : 'clients'];
  for (const socket of ends[side]) leave(socket);
  await Promise.all(others.map(gone));
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
  await expect.poll(() => proxy.openCount).toBe(0);
});

test('what was sent right before the end still arrives', async () => {
  const { clients, upstreams } = await manyPairs();
  upstreams[0]?.end('last words');
  const [received] = await once(clients[0]?.resume() as Socket, 'data');
  expect(String(received)).toBe('last words');
});
