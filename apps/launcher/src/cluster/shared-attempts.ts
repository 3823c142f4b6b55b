import type { Redis } from 'ioredis';

/** How many attempts a client has made in its window, and for how many milliseconds that still counts. */
export interface AttemptCount {
  readonly current: number;
  readonly ttl: number;
}

/** Counters of attempts that several launchers share; `undefined` while they are out of reach. */
export interface SharedAttempts {
  count(key: string, windowMs: number): Promise<AttemptCount | undefined>;
  read(key: string): Promise<AttemptCount | undefined>;
}

/** A fixed window begins with its first attempt; trying on does not make it longer. */
const COUNT = `
local current = redis.call('INCR', KEYS[1])
if current == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {current, redis.call('PTTL', KEYS[1])}
`;

/** Counts an attempt. */
export async function countAt(redis: Redis, key: string, windowMs: number): Promise<AttemptCount> {
  return countOf(await redis.eval(COUNT, 1, key, windowMs));
}

/** Looks without counting. */
export async function readAt(redis: Redis, key: string): Promise<AttemptCount> {
  const results = (await redis.multi().get(key).pttl(key).exec()) ?? [];
  return countOf(results.map(([, value]) => value));
}

function countOf(reply: unknown): AttemptCount {
  const [current, ttl] = Array.isArray(reply) ? reply : [];
  return { current: Number(current ?? 0), ttl: Math.max(0, Number(ttl ?? 0)) };
}
