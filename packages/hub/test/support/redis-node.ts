import { onTestFinished } from 'vitest';
import {
  type Backplane,
  createRedisBackplane,
  type Missed,
  type Publication,
  type RedisBackplaneOptions,
} from '../../src/index.ts';

/** A hub's side of a Redis backplane: everything that came to it, and a way to wait for more. */
export interface RedisNode {
  readonly backplane: Backplane;
  readonly received: readonly Publication[];
  /** Lines of its log, as JSON. */
  readonly logged: readonly string[];
  say(text: string, channel?: string): void;
  /** The texts that came, in order. */
  texts(): string[];
  /** Calls with each text at the moment of its delivery. */
  whenHeard(listener: (text: string) => void): void;
  until(condition: () => boolean): Promise<void>;
  untilReady(): Promise<void>;
  untilDetached(): Promise<void>;
  /** Waits for that text. */
  untilHeard(text: string): Promise<void>;
  /** The id under which that text came. */
  idOf(text: string): string;
}

export const CHANNEL = 'process:gateway';
export const bodyOf = (text: string): string => `"text":${JSON.stringify(text)}`;
export const textOf = ({ body }: { readonly body: string }): string => JSON.parse(`{${body}}`).text;
/** The texts that somebody missed, or that nobody knows. */
export const missedTexts = (missed: Missed): string[] | 'unknown' =>
  missed.ok ? missed.publications.map(textOf) : 'unknown';

/** Opens a backplane, which is closed with the test. */
export function openNode(url: string, options: Partial<RedisBackplaneOptions> = {}): RedisNode {
  const received: Publication[] = [];
  const logged: string[] = [];
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const look of [...waiting]) look();
  };
  const log = (fields: object, message: string) => {
    logged.push(JSON.stringify({ ...fields, message }));
    changed();
  };
  const backplane = createRedisBackplane({
    ...{ url, random: () => 0, logger: { info: log, warn: log } },
    // Who is away shows it by its connection; what is slow is this machine.
    ...{ answerWithinMs: 10_000, ...options },
  });
  backplane.onStatus(changed);
  let listener: (text: string) => void = () => {};
  backplane.open((publication) => {
    received.push(publication);
    listener(textOf(publication));
    changed();
  });
  onTestFinished(() => backplane.close());
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!condition()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const node: RedisNode = {
    backplane,
    received,
    logged,
    say: (text, channel = CHANNEL) => backplane.publish({ channel, body: bodyOf(text) }),
    texts: () => received.map(textOf),
    whenHeard(next) {
      listener = next;
    },
    until,
    untilReady: () => until(() => backplane.status().state === 'ready'),
    untilDetached: () => until(() => backplane.status().state === 'detached'),
    untilHeard: (text) => until(() => node.texts().includes(text)),
    idOf(text) {
      const found = received.find((one) => textOf(one) === text);
      if (found === undefined) throw new Error(`${text} never came`);
      return found.id;
    },
  };
  return node;
}

/** Opens one that has found Redis. */
export async function readyNode(url: string, options: Partial<RedisBackplaneOptions> = {}): Promise<RedisNode> {
  const node = openNode(url, options);
  await node.untilReady();
  return node;
}
