import { EventEmitter } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Backplane, createHub, createMemoryBackplane, createRedisBackplane, type Hub } from '../src/index.ts';
import { type BackplaneSettings, untilReady } from './backplane-contract.ts';
import { startRedis } from './support/redis-server.ts';

interface ReceivedFrame {
  readonly type: string;
  readonly id?: string;
  readonly channel?: string;
  readonly code?: string;
  readonly data?: unknown;
}

/** A client at the other end of a socket that takes everything at once. */
function connect(hub: Hub) {
  const events = new EventEmitter();
  const frames: ReceivedFrame[] = [];
  hub.add(
    {
      send(text) {
        frames.push(JSON.parse(text));
        events.emit('frame');
      },
      close: () => void events.emit('close'),
      terminate: () => void events.emit('close'),
      bufferedAmount: 0,
      on: (event: string, listener: (...values: never[]) => void) => events.on(event, listener as () => void),
    },
    { id: 'somebody' },
  );
  return {
    frames,
    subscribe: (channel: string, after?: string) =>
      void events.emit('message', JSON.stringify({ type: 'subscribe', ref: 1, channel, after }), false),
    leave: () => void events.emit('close'),
    data: () => frames.filter(({ type }) => type === 'event').map(({ data }) => data),
    types: () => frames.map(({ type }) => type),
    until: (condition: (newest: ReceivedFrame) => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => void (frames.some(condition) && resolve());
        events.on('frame', look);
        look();
      }),
  };
}

type Client = ReturnType<typeof connect>;

const isData = (data: unknown) => (frame: ReceivedFrame) => frame.data === data;
const isAck = ({ type }: ReceivedFrame) => type === 'ack';
const idOf = ({ frames }: Client, data: unknown) => frames.find(isData(data))?.id ?? `${data} never came`;

/** Opens a hub and waits until what it publishes has a place in the order of all nodes. */
async function openHub(backplane: Backplane, options: Parameters<typeof createHub>[0] = {}): Promise<Hub> {
  const hub = createHub({ backplane, ...options });
  onTestFinished(() => hub.close({ graceMs: 0 }));
  await untilReady(backplane);
  return hub;
}

/** A client that has seen these numbers of the channel `news`, and then lost its connection. */
async function hasSeen(hub: Hub, ...numbers: readonly number[]): Promise<Client> {
  const client = connect(hub);
  client.subscribe('news');
  await client.until(isAck);
  for (const number of numbers) hub.publish('news', number);
  await client.until(isData(numbers.at(-1)));
  client.leave();
  return client;
}

const backplanes: [name: string, make: (settings?: BackplaneSettings) => Promise<Backplane>][] = [
  ['in memory', async (settings) => createMemoryBackplane(settings)],
  [
    'by Redis',
    async (settings) =>
      createRedisBackplane({ url: (await startRedis()).url, random: () => 0, answerWithinMs: 10_000, ...settings }),
  ],
];

describe.each(backplanes)('resuming %s', (_name, makeBackplane) => {
  it('gives what was missed, in order and under its ids, then what comes', async () => {
    const hub = await openHub(await makeBackplane());
    const witness = connect(hub);
    witness.subscribe('news');
    await witness.until(isAck);
    const before = await hasSeen(hub, 1, 2, 3);
    for (const number of [4, 5, 6]) hub.publish('news', number);
    hub.publish('other', 'nothing to do with it');
    await witness.until(isData(6));
    const after = connect(hub);
    after.subscribe('news', idOf(before, 3));
    await after.until(isData(6));
    hub.publish('news', 7);
    await Promise.all([after, witness].map((client) => client.until(isData(7))));
    expect(after.types()).toEqual(['ack', 'event', 'event', 'event', 'event']);
    expect(after.frames[0]).toMatchObject({ type: 'ack', channel: 'news', id: idOf(before, 3) });
    expect(after.data()).toEqual([4, 5, 6, 7]);
    for (const number of [4, 5, 6, 7]) expect(idOf(after, number)).toBe(idOf(witness, number));
  });

  it('gives nothing but what comes to somebody who has missed nothing', async () => {
    const hub = await openHub(await makeBackplane());
    const before = await hasSeen(hub, 1);
    const after = connect(hub);
    after.subscribe('news', idOf(before, 1));
    await after.until(isAck);
    hub.publish('news', 2);
    await after.until(isData(2));
    expect(after.types()).toEqual(['ack', 'event']);
  });

  it('leaves no gap and doubles nothing while publications go on, however long the authorisation takes', async () => {
    const turns = [0, 1, 2, 3, 5, 8, 13];
    let calls = 0;
    const authorize = async () => {
      const wait = turns[calls++ % turns.length] ?? 0;
      for (let turn = 0; turn < wait; turn += 1) await new Promise(setImmediate);
      return true;
    };
    const limits = { maxMessages: 1000, maxBytes: 1_000_000, maxAgeMs: 60_000 };
    const hub = await openHub(await makeBackplane({ limits }), { authorize });
    const before = await hasSeen(hub, 1, 2, 3);
    const resumed: { client: Client; after: number }[] = [];
    for (let number = 4; number <= 200; number += 1) {
      hub.publish('news', number);
      if (number % 4 === 0) {
        const [client, after] = [connect(hub), (number % 3) + 1];
        client.subscribe('news', idOf(before, after));
        resumed.push({ client, after });
      }
      hub.publish('news', -number);
      await new Promise(setImmediate);
    }
    hub.publish('news', 'end');
    await Promise.all(resumed.map(({ client }) => client.until(isData('end'))));
    const rest = Array.from({ length: 197 }, (_, index) => [index + 4, -(index + 4)]).flat();
    expect(resumed).toHaveLength(50);
    for (const { client, after } of resumed) {
      expect(client.data()).toEqual([...[2, 3].filter((number) => number > after), ...rest, 'end']);
      expect(client.types()).not.toContain('gap');
    }
  });

  it('says once that there is a gap when more was missed than is kept, and goes on from there', async () => {
    const hub = await openHub(await makeBackplane({ limits: { maxMessages: 3, maxBytes: 10_000, maxAgeMs: 60_000 } }));
    const before = await hasSeen(hub, 1, 2, 3, 4, 5, 6);
    const late = connect(hub);
    late.subscribe('news', idOf(before, 2));
    await late.until(isAck);
    hub.publish('news', 7);
    await late.until(isData(7));
    expect(late.types()).toEqual(['ack', 'gap', 'event']);
    expect(late.frames[1]).toEqual({ type: 'gap', channel: 'news' });
    expect(hub.stats().gaps).toBe(1);

    const again = connect(hub);
    again.subscribe('news', late.frames[0]?.id);
    await again.until(isData(7));
    expect([again.types(), again.data()]).toEqual([['ack', 'event'], [7]]);
  });

  it('says so for an id that no hub gave, and goes on from there', async () => {
    const hub = await openHub(await makeBackplane());
    await hasSeen(hub, 1);
    const stranger = connect(hub);
    stranger.subscribe('news', 'made-up');
    await stranger.until(isAck);
    hub.publish('news', 2);
    await stranger.until(isData(2));
    expect([stranger.types(), stranger.data()]).toEqual([['ack', 'gap', 'event'], [2]]);
  });

  it('begins before the first message with the id that the ack gave', async () => {
    const hub = await openHub(await makeBackplane());
    const [witness, early] = [connect(hub), connect(hub)];
    for (const client of [witness, early]) client.subscribe('news');
    await Promise.all([witness, early].map((client) => client.until(isAck)));
    early.leave();
    hub.publish('news', 1);
    await witness.until(isData(1));
    const back = connect(hub);
    back.subscribe('news', early.frames[0]?.id);
    await back.until(isData(1));
    expect([back.types(), back.data()]).toEqual([['ack', 'event'], [1]]);
  });
});

describe('resuming at another life of the hub', () => {
  it('is a gap in memory, for what it had is gone', async () => {
    const before = await hasSeen(await openHub(createMemoryBackplane()), 1, 2);
    const next = await openHub(createMemoryBackplane());
    await hasSeen(next, 1, 2, 3);
    const after = connect(next);
    after.subscribe('news', idOf(before, 1));
    await after.until(isAck);
    next.publish('news', 4);
    await after.until(isData(4));
    expect([after.types(), after.data()]).toEqual([['ack', 'gap', 'event'], [4]]);
  });

  it('goes on by Redis, which has kept it', async () => {
    const { url } = await startRedis();
    const first = await openHub(createRedisBackplane({ url, answerWithinMs: 10_000 }));
    const before = await hasSeen(first, 1, 2, 3);
    await first.close({ graceMs: 0 });
    const next = await openHub(createRedisBackplane({ url, answerWithinMs: 10_000 }));
    const after = connect(next);
    after.subscribe('news', idOf(before, 1));
    await after.until(isData(3));
    expect([after.types(), after.data()]).toEqual([
      ['ack', 'event', 'event'],
      [2, 3],
    ]);
  });
});

describe('resuming at a hub', () => {
  it('is a gap when what was missed is more than may wait for a client', async () => {
    const hub = await openHub(createMemoryBackplane(), { highWaterBytes: 1000 });
    const before = await hasSeen(hub, 1);
    for (const letter of ['a', 'b', 'c']) hub.publish('news', letter.repeat(400));
    const after = connect(hub);
    after.subscribe('news', idOf(before, 1));
    await after.until(({ type }) => type === 'gap');
    hub.publish('news', 2);
    await after.until(isData(2));
    expect([after.types(), after.data()]).toEqual([['ack', 'gap', 'event'], [2]]);
  });

  it('needs the permission anew, and tells nothing of the past without it', async () => {
    let isAllowed = true;
    const hub = await openHub(createMemoryBackplane(), { authorize: () => isAllowed });
    const before = await hasSeen(hub, 1);
    hub.publish('news', 'secret');
    isAllowed = false;
    const after = connect(hub);
    after.subscribe('news', idOf(before, 1));
    await after.until(({ code }) => code === 'forbidden');
    hub.publish('news', 'secret too');
    hub.broadcast('for all');
    await after.until(isData('for all'));
    expect([after.types(), after.data()]).toEqual([['error', 'event'], ['for all']]);
  });

  it('gives only the newest of a channel that tells a state', async () => {
    const hub = await openHub(createMemoryBackplane(), { policyOf: () => 'latest' });
    const before = await hasSeen(hub, 1);
    for (const state of ['starting', 'running', 'stopped']) hub.publish('news', state);
    const after = connect(hub);
    after.subscribe('news', idOf(before, 1));
    await after.until(isData('stopped'));
    hub.publish('news', 'starting again');
    await after.until(isData('starting again'));
    expect([after.types(), after.data()]).toEqual([
      ['ack', 'event', 'event'],
      ['stopped', 'starting again'],
    ]);
  });
});
