import { describe, expect, it, onTestFinished } from 'vitest';
import { createHub, type HubOptions, type SlowPolicy } from '../src/index.ts';
import { aSocket } from './support/a-socket.ts';

const flushed = () => new Promise((resolve) => setImmediate(resolve));
const HIGH_WATER = 2_000;

/** A hub with one channel for each policy, named for it; one subscriber reads and one does not. */
async function aHub(options: HubOptions = {}) {
  const policyOf = (channel: string) => channel as SlowPolicy;
  const hub = createHub({ highWaterBytes: HIGH_WATER, policyOf, ...options });
  onTestFinished(() => hub.close({ graceMs: 0 }));
  const listen = async (channel: string) => {
    const socket = aSocket();
    const connection = hub.add(socket, { id: 'somebody' });
    if (connection === undefined) throw new Error('the hub took nobody');
    await hub.subscribe(connection, channel);
    const data = () => socket.heard.filter(({ type }) => type === 'event').map((frame) => frame['data']);
    return { socket, connection, data };
  };
  /** Publishes numbers, each in a turn of its own. */
  const say = async (channel: string, from: number, to: number) => {
    for (let number = from; number <= to; number += 1) {
      hub.publish(channel, number);
      await flushed();
    }
  };
  return { hub, listen, say };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a subscriber that does not read', () => {
  it('is ended with 1013 where nothing may be left out, and costs nobody else a message', async () => {
    const { hub, listen, say } = await aHub();
    const [reader, stalled] = await Promise.all([listen('disconnect'), listen('disconnect')]);
    stalled.socket.isStalled = true;
    await say('disconnect', 1, 100);
    expect(stalled.socket.closedWith?.[0]).toBe(1013);
    expect(reader.data()).toEqual(numbers(1, 100));
    expect(hub.stats()).toMatchObject({ connections: 1, slowDisconnects: 1, gaps: 0 });
    // What it got before is the beginning, without a hole.
    expect(stalled.data()).toEqual(numbers(1, stalled.data().length));
  });

  it('is ended by what goes to all as well', async () => {
    const { hub, listen } = await aHub();
    const { socket } = await listen('drop');
    socket.isStalled = true;
    for (let times = 0; times < 100; times += 1) {
      hub.broadcast('x'.repeat(100));
      await flushed();
    }
    expect(socket.closedWith?.[0]).toBe(1013);
  });

  it('is told once of the gap where messages may be left out, and hears what comes after it', async () => {
    const { hub, listen, say } = await aHub();
    const [reader, stalled] = await Promise.all([listen('drop'), listen('drop')]);
    stalled.socket.isStalled = true;
    await say('drop', 1, 100);
    const before = stalled.data();
    stalled.socket.drain();
    await expect.poll(() => stalled.socket.heard.at(-1)).toEqual({ type: 'gap', channel: 'drop' });
    await say('drop', 101, 103);
    expect(stalled.data()).toEqual([...before, 101, 102, 103]);
    expect(before).toEqual(numbers(1, before.length));
    expect(stalled.socket.heard.filter(({ type }) => type === 'gap')).toHaveLength(1);
    expect(reader.data()).toEqual(numbers(1, 103));
    expect(hub.stats()).toMatchObject({ connections: 2, dropped: 100 - before.length, gaps: 1, slowDisconnects: 0 });
  });

  it('hears the newest state when it reads again, and never an older one after it', async () => {
    const { listen, say } = await aHub();
    const [reader, stalled] = await Promise.all([listen('latest'), listen('latest')]);
    stalled.socket.isStalled = true;
    await say('latest', 1, 100);
    const before = stalled.data();
    expect(before.length).toBeLessThan(100);
    stalled.socket.drain();
    await expect.poll(() => stalled.data().at(-1)).toBe(100);
    await say('latest', 101, 102);
    expect(stalled.data()).toEqual([...before, 100, 101, 102]);
    expect(reader.data()).toEqual(numbers(1, 102));
  });

  it.each(['drop', 'latest'])(
    'costs no more memory than is stated, however much is said to it by %s',
    async (channel) => {
      const { hub, listen } = await aHub();
      const { socket } = await listen(channel);
      socket.isStalled = true;
      let most = 0;
      for (let number = 0; number < 1_000; number += 1) {
        hub.publish(channel, 'x'.repeat(number % 300));
        if (number % 7 === 0) await flushed();
        most = Math.max(most, hub.stats().pendingBytes);
      }
      expect(most).toBeLessThanOrEqual(HIGH_WATER);
      expect(most).toBeGreaterThan(HIGH_WATER / 2);
      expect(socket.closedWith).toBeUndefined();
    },
  );

  it('is not waited for: who publishes is told how many it goes to, at once', async () => {
    const { hub, listen } = await aHub();
    const stalled = await Promise.all(numbers(1, 10).map(() => listen('drop')));
    for (const { socket } of stalled) socket.isStalled = true;
    for (let times = 0; times < 200; times += 1) expect(hub.publish('drop', 'x'.repeat(100)).recipients).toBe(10);
  });
});
