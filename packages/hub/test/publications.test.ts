import { describe, expect, it, onTestFinished } from 'vitest';
import { createHub, type HubOptions } from '../src/index.ts';
import { aSocket } from './support/a-socket.ts';

const flushed = () => new Promise((resolve) => setImmediate(resolve));

async function aHub(options: HubOptions = {}) {
  const hub = createHub({ now: () => 1_790_000_000_000, ...options });
  onTestFinished(() => hub.close({ graceMs: 0 }));
  const listen = async (...channels: string[]) => {
    const socket = aSocket();
    const connection = hub.add(socket, { id: 'somebody' });
    if (connection === undefined) throw new Error('the hub took nobody');
    for (const channel of channels) await hub.subscribe(connection, channel);
    return { socket, connection };
  };
  return { hub, listen };
}

describe('what is published', () => {
  it('has a shape for each kind, and the time of the server', async () => {
    const { hub, listen } = await aHub();
    const { socket } = await listen('news', 'process:gateway');
    hub.publish('news', { time: 1, channel: 'spoofed' });
    hub.broadcast('to all');
    hub.publishProcessOutput('gateway', 'a line', 7);
    hub.publishProcessOutput('gateway', 'another');
    hub.publishProcessStatus('gateway', 'exited', 3);
    hub.publishEvent('ready', { now: true });
    hub.publishError('oh');
    await flushed();
    const time = 1_790_000_000_000;
    const id = expect.any(String);
    expect(socket.heard).toEqual([
      { type: 'event', id, time, channel: 'news', data: { time: 1, channel: 'spoofed' } },
      { type: 'event', id, time, data: 'to all' },
      { type: 'process_output', id, time, channel: 'process:gateway', processId: 'gateway', data: 'a line', offset: 7 },
      { type: 'process_output', id, time, channel: 'process:gateway', processId: 'gateway', data: 'another' },
      {
        ...{ type: 'process_status', id, time, channel: 'process:gateway', processId: 'gateway' },
        data: { status: 'exited', exitCode: 3 },
      },
      { type: 'event', id, time, data: { event: 'ready', data: { now: true } } },
      { type: 'error', id, time, code: 'reported', message: 'oh' },
    ]);
  });

  it.each([
    ['a number that JSON does not know', 1n],
    ['a ring', Object.assign([] as unknown[], { toJSON: () => ring })],
    ['something that refuses', { toJSON: () => Promise.reject.call(undefined) }],
  ])('is refused as a whole when it is %s', async (_what, data) => {
    const { hub, listen } = await aHub();
    const { socket } = await listen('news');
    expect(() => hub.publish('news', data)).toThrow(expect.objectContaining({ code: 'not_serialisable' }));
    await flushed();
    expect(socket.texts).toEqual([]);
    expect(hub.stats().published).toBe(0);
  });

  it('is serialised once for a thousand subscribers', async () => {
    const { hub, listen } = await aHub({ maxConnections: 1_000 });
    const sockets = await Promise.all(Array.from({ length: 1_000 }, () => listen('news')));
    let times = 0;
    const data = {
      toJSON() {
        times += 1;
        return 'once';
      },
    };
    expect(hub.publish('news', data)).toEqual({ recipients: 1_000 });
    await flushed();
    expect(times).toBe(1);
    expect(new Set(sockets.map(({ socket }) => socket.texts.join()))).toHaveLength(1);
    expect(hub.stats()).toMatchObject({ published: 1, delivered: 1_000 });
  });

  it('comes in the order in which it was published, by whichever way', async () => {
    const { hub, listen } = await aHub();
    const { socket } = await listen('news');
    for (let number = 0; number < 100; number += 1) {
      if (number % 3 === 0) hub.broadcast(number);
      else hub.publish('news', number);
    }
    await flushed();
    expect(socket.heard.map(({ data }) => data)).toEqual(Array.from({ length: 100 }, (_, number) => number));
  });

  it('harms nothing when a subscriber leaves, or is put out, while it is being handed over', async () => {
    const { hub, listen } = await aHub();
    const [one, two, three] = await Promise.all([listen('news'), listen('news'), listen('news')]);
    const send = one.socket.send.bind(one.socket);
    one.socket.send = (text) => {
      send(text);
      hub.unsubscribe(one.connection, 'news');
      hub.disconnect(({ id }) => id === two.connection.id, 4001, 'out');
    };
    hub.publish('news', 1);
    await flushed();
    hub.publish('news', 2);
    await flushed();
    const heard = [one, two, three].map(({ socket }) => socket.heard.map(({ data }) => data));
    expect([heard[0], heard[2]]).toEqual([[1], [1, 2]]);
    expect(two.socket.closedWith).toEqual([4001, 'out']);
    expect(hub.subscriberCount('news')).toBe(1);
  });

  it('costs one broken socket, and no other, when that throws', async () => {
    const errors: unknown[] = [];
    const { hub, listen } = await aHub({ onError: (error) => errors.push(error) });
    const [broken, well] = await Promise.all([listen('news'), listen('news')]);
    broken.socket.send = () => {
      throw new Error('of a socket');
    };
    hub.publish('news', 1);
    await flushed();
    expect([broken.socket.isTerminated, well.socket.texts.length, errors.length]).toEqual([true, 1, 1]);
  });
});

const ring: { self?: unknown } = {};
ring.self = ring;
