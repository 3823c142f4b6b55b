import type { Redis } from 'ioredis';
import type { BaseLogger } from 'pino';

/** Asks Redis; nothing comes back while it is away. */
export type AskRedis = <T>(work: (redis: Redis) => Promise<T>) => Promise<T | undefined>;

/** Lets nobody wait for a Redis that is away, and treats one that does not answer as such. */
export function createAsk(
  redis: Redis,
  logger: BaseLogger,
): { readonly ask: AskRedis; readonly isAway: () => boolean } {
  /** Given up, and not closed yet. */
  let isLost = false;
  redis.on('close', () => {
    isLost = false;
  });
  const isAway = () => isLost || redis.status !== 'ready';
  /** A Redis that hangs still looks connected; one that refuses a command answers. */
  const lose = (error: unknown) => {
    const isRefusal = error instanceof Error && error.name === 'ReplyError';
    if (isRefusal) {
      // Only the first word: the rest may repeat what was sent.
      const answer = /^[A-Z]+/.exec(error.message)?.[0];
      logger.warn({ code: 'redis_refused', answer }, 'Redis refuses what launchers share');
    } else if (!isAway()) {
      isLost = true;
      redis.disconnect(true);
    }
  };
  const ask: AskRedis = async (work) => {
    if (isAway()) return undefined;
    return work(redis).catch((error: unknown) => {
      lose(error);
      return undefined;
    });
  };
  return { ask, isAway };
}
