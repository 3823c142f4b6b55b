import type { Backplane, RingLimits } from './backplane.ts';
import { parseRedisAddress } from './redis-address.ts';
import { RedisHistory } from './redis-history.ts';
import { RedisLink } from './redis-link.ts';
import { RedisOptionsError } from './redis-options-error.ts';
import { type BackplaneLog, RedisStatus } from './redis-status.ts';
import { RING_LIMITS } from './ring.ts';

/** The options of `createRedisBackplane`. */
export interface RedisBackplaneOptions {
  /** `redis[s]://[user[:password]@]host[:port][/database]`; a `Secret` is one. */
  readonly url: string | { reveal(): string };
  /** Keys begin with it: hubs of the same prefix belong together. Default `picoclaw`. */
  readonly prefix?: string;
  /** What each node keeps of each channel. */
  readonly limits?: RingLimits;
  /** About how many publications Redis keeps, of all channels together. Default 10000. */
  readonly maxStreamLength?: number;
  /** A Redis that takes longer is treated as gone. Default 1000. */
  readonly answerWithinMs?: number;
  readonly logger?: BackplaneLog;
  /** Unix ms. */
  readonly now?: () => number;
  /** From 0 to 1: spreads the attempts of many nodes to reach a Redis that comes back. */
  readonly random?: () => number;
}

/**
 * Carries publications by one Redis stream (Redis 5 or newer), whose positions are the ids, so that a client may resume
 * on any node. While Redis is away, delivery on this node goes on, and what was published meanwhile is handed in later.
 * Throws a RedisOptionsError for options that cannot be right; a Redis that cannot be reached is no error.
 */
export function createRedisBackplane(options: RedisBackplaneOptions): Backplane {
  const { url, now = Date.now, random = Math.random, maxStreamLength = 10_000, answerWithinMs = 1000 } = options;
  const address = () => parseRedisAddress(typeof url === 'string' ? url : url.reveal());
  address();
  const key = keyOf(options.prefix ?? 'picoclaw');
  const stream = () => ({ address: address(), key, maxLength: maxStreamLength, answerWithinMs });
  const status = new RedisStatus(now, options.logger);
  const history = new RedisHistory(options.limits ?? RING_LIMITS, now, ignoredCounter(options.logger));
  let link: RedisLink | undefined;
  let closed: Promise<void> | undefined;
  return {
    open(deliver) {
      history.open(deliver);
      link = new RedisLink({ stream, answerWithinMs, now, random }, history, status);
    },
    publish(draft) {
      if (closed === undefined && link?.send(history.add(draft)) === false) history.deliverOwn();
    },
    since: (channel, after) => history.since(channel, after),
    latestId: () => history.latestId,
    status: () => status.current,
    onStatus: (listener) => status.listen(listener),
    close() {
      closed ??= link?.close() ?? Promise.resolve();
      return closed;
    },
  };
}

function keyOf(prefix: string): string {
  if (/^[\w.:-]{1,128}$/.test(prefix)) return `${prefix}:hub`;
  throw new RedisOptionsError('invalid_redis_prefix', 'The prefix of keys in Redis is 1–128 of A-Z a-z 0-9 _ . : -');
}

/** Somebody who writes garbage into the stream must not fill the log as well: the 1st, 2nd, 4th, 8th … is told. */
function ignoredCounter(logger: BackplaneLog | undefined): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (Number.isInteger(Math.log2(count))) logger?.warn({ code: 'redis_entry_ignored', count }, 'Not ours: ignored.');
  };
}
