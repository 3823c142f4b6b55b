import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { closeFrame } from '../../src/gateway/frame-boundary.ts';
import { aProxy } from '../fixtures/a-proxy.ts';
import {
  createPeers,
  deferred,
  frame,
  gone,
  maskedFrame,
  readHead,
  readToEnd,
  readUntil,
  switchingProtocols,
  upgradeRequest,
} from '../fixtures/peers.ts';

const ENDED = closeFrame(4001, 'session ended');

async function pairsOf(...names: string[]) {
  const peers = createPeers();
  const upstreams: Socket[] = [];
  const port = await peers.upstream((peer, head) => {
    peer.write(switchingProtocols(head));
    upstreams.push(peer);
  });
  const running = await aProxy(peers, port, { sessionOf: (url) => url.slice(1) });
  const clients: Socket[] = [];
  for (const name of names) {
    const client = await peers.client(running.port);
    client.write(upgradeRequest(`/${name}`));
    await readHead(client);
    clients.push(client);
  }
  return { ...running, peers, upstreams, clients };
}

const only = (name: string) => (id: string | undefined) => id === name;

test("the end of a session closes its sockets with 4001 within a second, and nobody else's", async () => {
  const { proxy, peers, clients, upstreams } = await pairsOf('mine', 'mine', 'other');
  const [first, second, other] = clients as [Socket, Socket, Socket];
  const startedAt = performance.now();
  proxy.end(only('mine'), 4001, 'session ended');
  expect(await readToEnd(first)).toEqual(ENDED);
  expect(await readToEnd(second)).toEqual(ENDED);
  await Promise.all(upstreams.slice(0, 2).map(gone));
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(2);
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  upstreams[2]?.write(frame('still here'));
  expect(await readUntil(other, 'still here')).toContain('still here');
  expect(proxy.openCount).toBe(1);
});

test('the close frame comes behind the frame that is on its way, and nothing comes after it', async () => {
  const { proxy, clients, upstreams } = await pairsOf('mine');
  const [client] = clients as [Socket];
  const [upstream] = upstreams as [Socket];
  const large = frame(Buffer.alloc(3_000_000, 7), { opcode: 2 });
  upstream.write(large.subarray(0, 1_000_000));
  const received = readToEnd(client);
  await expect.poll(() => client.bytesRead).toBeGreaterThan(500_000);
  proxy.end(only('mine'), 4001, 'session ended');
  upstream.write(Buffer.concat([large.subarray(1_000_000), frame('after the end'), frame('and more')]));
  const all = await received;
  expect(all.length).toBe(large.length + ENDED.length);
  expect(all.subarray(0, large.length).equals(large)).toBe(true);
  expect(all.subarray(large.length)).toEqual(ENDED);
});

test('a frame that never ends does not keep an ended session alive', async () => {
  const { proxy, peers, clients, upstreams } = await pairsOf('mine');
  upstreams[0]?.write(frame('x'.repeat(1_000)).subarray(0, 500));
  await expect.poll(() => clients[0]?.bytesRead ?? 0).toBeGreaterThan(500);
  const received = readToEnd(clients[0] as Socket);
  proxy.end(only('mine'), 4001, 'session ended');
  const all = await received;
  expect(all.includes(ENDED)).toBe(false);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});

test('a client that never reads does not keep an ended session alive', async () => {
  const { proxy, peers, clients, upstreams } = await pairsOf('mine');
  clients[0]?.pause();
  upstreams[0]?.write(frame(Buffer.alloc(20_000_000), { opcode: 2 }));
  proxy.end(only('mine'), 4001, 'session ended');
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});

test('what the client says after the end does not reach the gateway', async () => {
  const { proxy, clients, upstreams } = await pairsOf('mine');
  const received: Buffer[] = [];
  upstreams[0]?.on('data', (chunk: Buffer) => received.push(chunk)).resume();
  upstreams[0]?.write(frame('unfinished').subarray(0, 4));
  await expect.poll(() => clients[0]?.bytesRead ?? 0).toBeGreaterThan(130);
  proxy.end(only('mine'), 4001, 'session ended');
  clients[0]?.write(maskedFrame('one more order'));
  await gone(clients[0] as Socket);
  expect(Buffer.concat(received).toString()).not.toContain('one more order');
});

test('an upgrade that is still pending when its session ends is refused', async () => {
  const peers = createPeers();
  const asked = deferred<() => void>();
  const port = await peers.upstream((peer, head) => asked.resolve(() => peer.write(switchingProtocols(head))));
  const { port: proxyPort, proxy, outcomes } = await aProxy(peers, port, { sessionOf: () => 'mine' });
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/'));
  const answer = await asked.promise;
  proxy.end(only('mine'), 4001, 'session ended');
  answer();
  const reply = String(await readToEnd(client));
  expect(reply).toMatch(/^HTTP\/1\.1 403 /);
  expect(reply).toContain('invalid_token');
  expect(outcomes).toEqual(['invalid_credentials']);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});

test('closing tells every client 1001, refuses what is pending and what comes, and waits until all are gone', async () => {
  const { proxy, port, peers, clients } = await pairsOf('a', undefined as never, 'b');
  const goodbye = closeFrame(1001, 'launcher is shutting down');
  const received = clients.map(readToEnd);
  const closed = proxy.close();
  expect(await Promise.all(received)).toEqual([goodbye, goodbye, goodbye]);
  for (const client of clients) client.end();
  await closed;
  expect(proxy.openCount).toBe(0);
  const late = await peers.client(port);
  late.write(upgradeRequest('/late'));
  expect(String(await readToEnd(late))).toMatch(/^HTTP\/1\.1 503 /);
});

test('closing does not wait for clients that never read', async () => {
  const { proxy, peers, clients, upstreams } = await pairsOf('a', 'b');
  for (const client of clients) client.pause();
  upstreams[0]?.write(frame(Buffer.alloc(20_000_000), { opcode: 2 }));
  const startedAt = performance.now();
  await proxy.close();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});
