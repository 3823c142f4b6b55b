import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { resolveHubOptions } from '../src/hub-options.ts';
import { createHub, type HubOptions } from '../src/index.ts';
import { aSocket } from './support/a-socket.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A hub whose clock goes by the timers. */
function aHub(options: HubOptions = {}) {
  let now = 0;
  const ended: unknown[] = [];
  const hub = createHub({
    ...{ heartbeatMs: 1_000, silenceMs: 3_000, monotonicNow: () => now, ...options },
    onDisconnect: (_connection, code, reason) => ended.push([code, reason]),
  });
  const pass = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      now += 100;
      vi.advanceTimersByTime(100);
    }
  };
  return { hub, pass, ended };
}

it('pings who has said nothing for a heartbeat, and cuts off who has said nothing for too long', async () => {
  const { hub, pass, ended } = aHub();
  const socket = aSocket();
  hub.add(socket, { id: 'x' });
  pass(900);
  expect(socket.pings).toBe(0);
  pass(1_200);
  expect(socket.pings).toBeGreaterThanOrEqual(1);
  expect(socket.isTerminated).toBe(false);
  pass(2_000);
  await Promise.resolve();
  expect([socket.isTerminated, hub.stats().connections, ended]).toEqual([true, 0, [[1006, 'silent']]]);
});

it.each<[string, (socket: ReturnType<typeof aSocket>) => void]>([
  ['a pong', (socket) => socket.emit('pong')],
  ['a message', (socket) => socket.say({ type: 'pong' })],
  ['even nonsense', (socket) => socket.say('nonsense')],
])('takes %s for a sign of life', (_what, live) => {
  const { hub, pass } = aHub({ inbound: { perSecond: 100, burst: 100 } });
  const socket = aSocket();
  hub.add(socket, { id: 'x' });
  // Slowly enough that nonsense is no offence.
  for (let times = 0; times < 5; times += 1) {
    pass(2_500);
    live(socket);
  }
  expect(socket.isTerminated).toBe(false);
});

it('pings by a message of its own where the socket has no ping', async () => {
  const { hub, pass } = aHub();
  const socket = aSocket({ hasPing: false });
  hub.add(socket, { id: 'x' });
  pass(1_600);
  await new Promise((resolve) => setImmediate(resolve));
  expect(socket.heard).toContainEqual({ type: 'ping' });
});

it('has defaults, takes nothing that is not above zero, and waits longer than one heartbeat', () => {
  expect(resolveHubOptions({})).toMatchObject({
    ...{ heartbeatMs: 30_000, silenceMs: 60_000, highWaterBytes: 1_048_576, maxMessageBytes: 65_536 },
    ...{ maxConnections: 100, maxSubscriptions: 1_024, inbound: { perSecond: 50, burst: 100 } },
  });
  expect(resolveHubOptions({ heartbeatMs: 0, maxConnections: -1, highWaterBytes: Number.NaN })).toMatchObject({
    ...{ heartbeatMs: 30_000, maxConnections: 100, highWaterBytes: 1_048_576 },
  });
  expect(resolveHubOptions({ heartbeatMs: 10_000, silenceMs: 10_000 }).silenceMs).toBe(20_000);
});
