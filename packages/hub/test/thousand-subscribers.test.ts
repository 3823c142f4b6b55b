import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createHub, type Hub, type SlowPolicy, wsSocket } from '../src/index.ts';

const FOLLOWERS = 999;
const MESSAGES = 200;
/** As many as may be on their way to all at once, so that the kernel is not what is tested. */
const WINDOW = 50;
const HIGH_WATER_BYTES = 262_144;
/** The headers of the frames of one turn come on top of their text. */
const FRAMING_BYTES = 4096;

interface Told {
  readonly type: string;
  readonly number?: number;
  readonly what?: unknown;
  readonly code?: number;
}

/** The process of the clients: what it told, and a way to wait for more. */
interface Crowd {
  order(what: 'pause' | 'resume'): Promise<void>;
  until(condition: (told: Told) => boolean): Promise<Told>;
  readonly told: readonly Told[];
}

function startCrowd(port: number): Crowd {
  const path = new URL('./support/crowd.mjs', import.meta.url);
  const child: ChildProcess = fork(path, [`ws://127.0.0.1:${port}/`, `${FOLLOWERS}`], { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const told: Told[] = [];
  let look = () => {};
  child.on('message', (message) => {
    told.push(message as Told);
    look();
  });
  const until = (condition: (told: Told) => boolean) =>
    new Promise<Told>((resolve) => {
      look = () => {
        const found = told.find((one) => condition(one) || one.type === 'wrong');
        if (found !== undefined) resolve(found);
      };
      look();
    });
  return {
    told,
    until,
    async order(what) {
      child.send(what);
      await until(({ type }) => type === `${what}d`);
    },
  };
}

interface Stage {
  readonly hub: Hub;
  readonly crowd: Crowd;
  /** The hub's end of the connection that stalls. */
  readonly stalled: WebSocket;
  /** Codes of the connections that the hub ended. */
  readonly ended: readonly number[];
  /** The most that ever waited for the stalled one. */
  readonly peakBytes: () => number;
  /** Publishes so many more to everybody, as fast as all but the stalled one take them. */
  publish(count: number): Promise<void>;
}

/** A hub with a thousand subscribers of which one has stopped reading, so that all between it and the hub is full. */
async function oneOfThousandStalls(policy: SlowPolicy): Promise<Stage> {
  const ended: number[] = [];
  const hub = createHub({
    maxConnections: FOLLOWERS + 1,
    highWaterBytes: HIGH_WATER_BYTES,
    policyOf: (channel) => (channel === 'flood' ? 'drop' : policy),
    onDisconnect: (_connection, code) => ended.push(code),
  });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false, backlog: 1024 });
  onTestFinished(() => server.close());
  onTestFinished(() => hub.close({ graceMs: 0 }));
  let stalled: WebSocket | undefined;
  server.on('connection', (socket, { url, socket: connection }) => {
    if (url === '/?stalls') stalled = socket;
    hub.add(wsSocket(socket, connection), { id: 'somebody' });
  });
  await once(server, 'listening');
  const crowd = startCrowd((server.address() as AddressInfo).port);
  await crowd.until(({ type }) => type === 'ready');
  if (stalled === undefined) throw new Error('the one that stalls never came');
  const { socket, peak } = { socket: stalled, peak: { bytes: 0 } };
  const look = () => {
    peak.bytes = Math.max(peak.bytes, socket.bufferedAmount);
  };
  await crowd.order('pause');
  while (hub.stats().dropped < 64) {
    hub.publish('flood', 'x'.repeat(16_384));
    await new Promise(setImmediate);
    look();
  }
  let number = 0;
  const publish = async (count: number) => {
    for (const end = number + count; number < end; ) {
      number += 1;
      hub.publish('news', { number, text: 'x'.repeat(1_500) });
      hub.publish('flood', 'x'.repeat(16_384));
      await new Promise(setImmediate);
      look();
      const awaited = number - WINDOW;
      if (awaited > 0 && awaited % 25 === 0) await crowd.until((told) => told.number === awaited);
    }
    await crowd.until((told) => told.number === number);
  };
  return { hub, crowd, stalled, ended, publish, peakBytes: () => peak.bytes };
}

describe('a thousand subscribers, one of which stops reading', () => {
  it('all the others get every message in order, and that one is sent away to come back later', async () => {
    const { hub, crowd, ended, publish, peakBytes } = await oneOfThousandStalls('disconnect');
    await publish(MESSAGES);
    expect(crowd.told.filter(({ type }) => type === 'wrong')).toEqual([]);
    expect(ended).toEqual([1013]);
    expect(hub.stats()).toMatchObject({ connections: FOLLOWERS, slowDisconnects: 1 });
    expect(hub.subscriberCount('news')).toBe(FOLLOWERS);
    expect(peakBytes()).toBeLessThanOrEqual(HIGH_WATER_BYTES + FRAMING_BYTES);
  });

  it('all the others get every message in order, and that one is told of its loss when it reads again', async () => {
    const { hub, crowd, stalled, ended, publish, peakBytes } = await oneOfThousandStalls('drop');
    await publish(MESSAGES);
    expect(crowd.told.filter(({ type }) => type === 'wrong')).toEqual([]);
    expect(ended).toEqual([]);
    expect(hub.stats()).toMatchObject({ connections: FOLLOWERS + 1, slowDisconnects: 0 });
    // What was published is more than may wait, so the bound was met.
    expect(hub.stats().pendingBytes).toBeGreaterThan(HIGH_WATER_BYTES / 2);
    expect(hub.stats().pendingBytes).toBeLessThanOrEqual(HIGH_WATER_BYTES + FRAMING_BYTES);
    expect(peakBytes()).toBeLessThanOrEqual(HIGH_WATER_BYTES + FRAMING_BYTES);

    await crowd.order('resume');
    await crowd.until(({ what }) => what === 'gap');
    await publish(25);
    await crowd.until(({ what }) => what === MESSAGES + 25);
    const got = crowd.told.filter(({ type }) => type === 'stalled-got').map(({ what }) => what);
    expect(got.filter((what) => what === 'gap')).toHaveLength(1);
    const afterGap = got.slice(got.indexOf('gap') + 1);
    expect(afterGap).toEqual(Array.from({ length: 25 }, (_, index) => MESSAGES + 1 + index));
    expect(stalled.readyState).toBe(stalled.OPEN);
  });
});
