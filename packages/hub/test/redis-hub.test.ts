import { EventEmitter } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { createHub, createRedisBackplane, type Hub, type HubSocket } from '../src/index.ts';
import { startRedis } from './support/redis-server.ts';

interface Client {
  readonly frames: { id?: string; type: string; data?: unknown }[];
  readonly say: (frame: object) => void;
  /** Waits until the data of an event is the last that came. */
  readonly until: (data: unknown) => Promise<void>;
}

/** A client of a hub, at the other end of a socket that takes everything at once. */
function connect(hub: Hub): Client {
  const events = new EventEmitter();
  const frames: Client['frames'] = [];
  const socket: HubSocket = {
    send(text) {
      frames.push(JSON.parse(text));
      events.emit('frame');
    },
    close: () => events.emit('close'),
    terminate: () => events.emit('close'),
    bufferedAmount: 0,
    on: (event: string, listener: (...values: never[]) => void) => events.on(event, listener as () => void),
  };
  hub.add(socket, { id: 'somebody' });
  return {
    frames,
    say: (frame) => void events.emit('message', JSON.stringify(frame), false),
    until: (data) =>
      new Promise((resolve) => {
        const look = () => frames.at(-1)?.data === data && resolve();
        events.on('frame', look);
        look();
      }),
  };
}

const dataOf = ({ frames }: Client) => frames.filter(({ type }) => type === 'event').map(({ data }) => data);

it('two hubs are one for their clients, whatever Redis does, and a client resumes on the other one', async () => {
  const redis = await startRedis();
  const [one, other] = await Promise.all(
    [1, 2].map(async () => {
      const backplane = createRedisBackplane({ url: redis.url, random: () => 0, answerWithinMs: 10_000 });
      const ready = new Promise<void>((resolve) => {
        backplane.onStatus(({ state }) => state === 'ready' && resolve());
      });
      const hub = createHub({ backplane });
      onTestFinished(() => hub.close({ graceMs: 0 }));
      await ready;
      return hub;
    }),
  );
  if (one === undefined || other === undefined) throw new Error('two hubs were made');
  const [here, there] = [connect(one), connect(other)];
  for (const client of [here, there]) client.say({ type: 'subscribe', ref: 1, channel: 'news' });
  await new Promise(setImmediate);
  one.publish('news', 1);
  await Promise.all([here.until(1), there.until(1)]);
  await redis.kill();
  one.publish('news', 2);
  await here.until(2);
  await redis.start();
  await there.until(2);
  one.publish('news', 3);
  await Promise.all([here.until(3), there.until(3)]);
  expect([dataOf(here), dataOf(there)]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);

  const first = here.frames.find(({ data }) => data === 1)?.id;
  const moved = connect(other);
  moved.say({ type: 'subscribe', ref: 1, channel: 'news', after: first });
  await moved.until(3);
  expect(dataOf(moved)).toEqual([2, 3]);
  expect(moved.frames.map(({ type }) => type)).not.toContain('gap');
});
