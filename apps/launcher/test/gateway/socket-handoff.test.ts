import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Secret } from '@picoclaw/auth';
import { CloseCode, CloseReason } from '@picoclaw/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { createPendingLimit } from '../../src/gateway/pending-limit.ts';
import { createSocketHandoff } from '../../src/gateway/socket-handoff.ts';
import { createSocketLink } from '../../src/gateway/socket-link.ts';
import { createPeers, readToEnd } from '../fixtures/peers.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/taking-gateway.mjs', import.meta.url));

interface Seen {
  readonly kind: string;
  readonly id?: number;
  readonly holders?: readonly string[];
  readonly hasSocket?: boolean;
}

/** The handoff by itself behind a plain HTTP server, to a process that behaves as told. */
async function aHandoff(behaviour: 'mute' | 'leaves' | 'opens', { timeoutMs = 10_000, maxPending = 10 } = {}) {
  const child = fork(PROGRAM, [behaviour], { execArgv: [] });
  const seen: Seen[] = [];
  child.on('message', (message: { seen?: Seen }) => message.seen && seen.push(message.seen));
  await expect.poll(() => seen.splice(0)).toEqual([{ kind: 'up' }]);
  const handoff = createSocketHandoff({ pending: createPendingLimit({ max: maxPending }), timeoutMs });
  const link = createSocketLink(child);
  const outcomes: unknown[] = [];
  const server = createServer();
  server.on('upgrade', (request, socket: Socket, head) => {
    socket.on('error', () => socket.destroy());
    const place = { host: '127.0.0.1', port: 1, isSecure: false, basePath: '', token: new Secret('t'), isOurs: true };
    handoff.open({
      ...{ request, upgrade: { socket, head }, holder: 'somebody', clientKey: 'client' },
      target: {
        gateway: { state: 'running', ...place, link },
        path: '/pico/ws',
        headers: { host: 'gateway' } as never,
      },
      selectSubprotocol: (selected) => selected,
      onOutcome: (outcome) => outcomes.push(outcome),
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await new Promise((resolve) => server.close(resolve));
  });
  const peers = createPeers();
  const upgrade = async (): Promise<string> => {
    const client = await peers.client((server.address() as AddressInfo).port);
    client.write('GET /pico/ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    return (await readToEnd(client)).toString();
  };
  const taken = () => seen.filter(({ hasSocket }) => hasSocket).length;
  return { child, handoff, upgrade, outcomes, seen, taken };
}

const unavailable = /^HTTP\/1\.1 503 [\s\S]*"error":"gateway_unavailable"/;

test('a gateway that says nothing of a socket is not waited for any longer, and told to leave it', async () => {
  const { handoff, upgrade, outcomes, seen } = await aHandoff('mute', { timeoutMs: 100 });
  expect(await upgrade()).toMatch(/^HTTP\/1\.1 504 [\s\S]*"error":"gateway_timeout"/);
  await expect
    .poll(() => seen)
    .toEqual([
      { kind: 'socket', id: 1, hasSocket: true },
      { kind: 'drop', id: 1, hasSocket: false },
    ]);
  expect([outcomes, handoff.pendingCount, handoff.openCount]).toEqual([['gateway_timeout'], 0, 0]);
});

test('a gateway that dies with a socket in its hands leaves its client a complete answer', async () => {
  const { handoff, upgrade, outcomes } = await aHandoff('leaves');
  expect(await upgrade()).toMatch(unavailable);
  expect([outcomes, handoff.pendingCount, handoff.openCount]).toEqual([['gateway_unavailable'], 0, 0]);
  // It is gone now, before the decision.
  expect(await upgrade()).toMatch(unavailable);
});

test('what the gateway has begun to answer the launcher does not answer too', async () => {
  const { handoff, upgrade, outcomes } = await aHandoff('opens');
  expect(await upgrade()).toBe('HTTP/1.1 101 Yes\r\n\r\n');
  await expect.poll(() => handoff.openCount).toBe(0);
  expect([outcomes, handoff.pendingCount]).toEqual([['open'], 0]);
});

test('no more are under way than may be: the channel between the processes has no limit of its own', async () => {
  const { handoff, upgrade, taken } = await aHandoff('mute', { maxPending: 3 });
  const waiting = [upgrade(), upgrade(), upgrade()];
  await expect.poll(taken).toBe(3);
  expect(await upgrade()).toMatch(/^HTTP\/1\.1 503 [\s\S]*"error":"too_many_pending"/);
  expect(handoff.pendingCount).toBe(3);
  await handoff.close();
  for (const answer of await Promise.all(waiting)) expect(answer).toMatch(unavailable);
});

test('the gateway is told whose sockets to end, each holder once', async () => {
  const { handoff, upgrade, seen, taken } = await aHandoff('mute');
  const waiting = [upgrade(), upgrade()];
  await expect.poll(taken).toBe(2);
  const end = (holder: string) =>
    handoff.end((one) => one === holder, CloseCode.sessionEnded, CloseReason.sessionEnded);
  end('nobody');
  end('somebody');
  await expect.poll(() => seen.slice(2)).toEqual([{ kind: 'end', holders: ['somebody'], hasSocket: false }]);
  await handoff.close();
  await Promise.all(waiting);
});
