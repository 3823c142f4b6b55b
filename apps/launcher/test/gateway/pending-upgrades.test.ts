import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createPendingLimit } from '../../src/gateway/pending-limit.ts';
import { aProxy } from '../fixtures/a-proxy.ts';
import { createPeers, headerOf, readHead, readToEnd, switchingProtocols, upgradeRequest } from '../fixtures/peers.ts';

/** A proxy in front of a gateway that answers when told to. */
async function waitingProxy(limits: { maxPending: number; maxPendingPerClient: number }) {
  const peers = createPeers();
  const answers: (() => void)[] = [];
  const port = await peers.upstream((peer, head) => answers.push(() => peer.write(switchingProtocols(head))));
  const running = await aProxy(peers, port, { ...limits, clientOf: (url) => url });
  const ask = async (name: string): Promise<Socket> => {
    const client = await peers.client(running.port);
    client.write(upgradeRequest(`/${name}`));
    return client;
  };
  return { ...running, peers, answers, ask };
}

test('one client has no more pending than it may, and others still get in', async () => {
  const { answers, ask, proxy } = await waitingProxy({ maxPending: 100, maxPendingPerClient: 2 });
  const first = await ask('greedy');
  await ask('greedy');
  await expect.poll(() => answers.length).toBe(2);
  const refused = String(await readToEnd(await ask('greedy')));
  expect(refused).toMatch(/^HTTP\/1\.1 503 /);
  expect(headerOf(refused, 'retry-after')).toBe('1');
  expect(refused).toContain('too_many_pending');
  const other = await ask('modest');
  await expect.poll(() => answers.length).toBe(3);
  for (const answer of answers) answer();
  expect(await readHead(other)).toMatch(/^HTTP\/1\.1 101 /);
  expect(await readHead(first)).toMatch(/^HTTP\/1\.1 101 /);
  await expect.poll(() => proxy.pendingCount).toBe(0);
  await ask('greedy');
  await expect.poll(() => answers.length).toBe(4);
});

test('all clients together have no more pending than they may', async () => {
  const { answers, ask } = await waitingProxy({ maxPending: 3, maxPendingPerClient: 2 });
  for (const name of ['a', 'b', 'c']) await ask(name);
  await expect.poll(() => answers.length).toBe(3);
  expect(String(await readToEnd(await ask('d')))).toMatch(/^HTTP\/1\.1 503 /);
});

test('a refused handshake gives its place back', async () => {
  const peers = createPeers();
  const port = await peers.upstream((peer) => peer.end('HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n'));
  const { port: proxyPort, proxy, outcomes } = await aProxy(peers, port, { maxPendingPerClient: 1 });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const client = await peers.client(proxyPort);
    client.write(upgradeRequest('/'));
    expect(await readHead(client)).toMatch(/^HTTP\/1\.1 403 /);
  }
  expect(proxy.pendingCount).toBe(0);
  expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'refused'));
});

test('a place is given back once, however often that is said', () => {
  const limit = createPendingLimit({ max: 2, maxPerClient: 2 });
  const giveBack = limit.take('a');
  limit.take('a');
  giveBack?.();
  giveBack?.();
  expect(limit.count).toBe(1);
  expect(limit.take('a')).toBeTypeOf('function');
  expect(limit.take('b')).toBeUndefined();
});
