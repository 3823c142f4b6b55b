import { expect, it } from 'vitest';
import { CHANNEL, missedTexts, type RedisNode, readyNode } from './support/redis-node.ts';
import { KEEPS_DATA, LOSES_DATA, type RedisServer, startRedis } from './support/redis-server.ts';
import { layCable, type TcpCable } from './support/tcp-cable.ts';

const NAMES = ['a', 'b', 'c'];
const STEPS = 6;
const UNLIMITED = { maxMessages: 100_000, maxBytes: 1e9, maxAgeMs: 300_000 };

/** The same numbers for the same seed (a linear congruence). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed * 7919;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Breaks something, and gives back how to repair it. */
const FAULTS: readonly ((redis: RedisServer, cable: TcpCable) => Promise<() => unknown>)[] = [
  async (redis) => {
    await redis.kill();
    return () => redis.start();
  },
  async (redis) => {
    redis.pause();
    return () => redis.resume();
  },
  async (_redis, cable) => {
    cable.cut();
    return () => cable.mend();
  },
  async (_redis, cable) => {
    cable.mute();
    return () => {};
  },
];

/** Lets everything else of this process have its turn a few times. */
async function breathe(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
}

function say(nodes: readonly RedisNode[], said: string[][], who: number): void {
  const texts = said[who] ?? [];
  texts.push(`${NAMES[who]}${texts.length + 1}`);
  nodes[who]?.say(texts.at(-1) ?? '');
}

async function talk(nodes: readonly RedisNode[], said: string[][], below: (limit: number) => number): Promise<void> {
  for (let round = below(40); round > 0; round -= 1) {
    const who = below(nodes.length);
    for (let count = below(6); count > 0; count -= 1) say(nodes, said, who);
    await breathe(below(40));
  }
}

it.each([
  [1, 'kept', KEEPS_DATA],
  [2, 'kept', KEEPS_DATA],
  [3, 'lost', LOSES_DATA],
  [4, 'lost', LOSES_DATA],
])(
  'three nodes whose Redis and whose ways to it fail again and again agree in the end (%i, data is %s)',
  async (seed, _kept, args) => {
    const below = randomFrom(seed);
    const redis = await startRedis(args);
    const cables = await Promise.all(NAMES.map(() => layCable(redis.port)));
    const options = { answerWithinMs: 80, limits: UNLIMITED };
    const nodes = await Promise.all(cables.map(({ url }) => readyNode(url, options)));
    const said: string[][] = NAMES.map(() => []);
    for (let step = 0; step < STEPS; step += 1) {
      const cable = cables[below(cables.length)];
      const fault = FAULTS[below(FAULTS.length)];
      const repair = cable && (await fault?.(redis, cable));
      await talk(nodes, said, below);
      await repair?.();
      await talk(nodes, said, below);
      if (below(3) === 0) await Promise.all(nodes.map((node) => node.untilReady()));
    }
    // A node that has yet to notice a fault needs another round; without one they all end at the same place.
    do {
      await Promise.all(nodes.map((node) => node.untilReady()));
      for (const who of nodes.keys()) say(nodes, said, who);
      await Promise.all(nodes.map((node) => node.until(() => node.received.length >= said.flat().length)));
    } while (new Set(nodes.map((node) => node.backplane.latestId(CHANNEL))).size > 1);

    for (const node of nodes) {
      expect(new Set(node.received.map(({ id }) => id)).size).toBe(node.received.length);
      const heard = NAMES.map((name) => node.texts().filter((text) => text.startsWith(name)));
      expect(heard).toEqual(said);
    }
    for (const from of nodes) {
      for (let at = below(7); at < from.received.length; at += 1 + below(7)) {
        const expected = from
          .texts()
          .slice(at + 1)
          .sort();
        for (const to of nodes) {
          const missed = missedTexts(to.backplane.since(CHANNEL, from.received[at]?.id ?? ''));
          // With its data Redis loses who has seen what; but nothing may be left out or repeated without a word.
          if (missed !== 'unknown' || args === KEEPS_DATA) expect([...missed].sort()).toEqual(expected);
        }
      }
    }
  },
  90_000,
);
