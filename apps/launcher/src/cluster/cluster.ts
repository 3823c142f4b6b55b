import type { Sessions } from '@picoclaw/auth';
import type { RedisAddress } from '@picoclaw/hub';
import { Redis } from 'ioredis';
import type { BaseLogger } from 'pino';
import { createAsk } from './ask-redis.ts';
import { countAt, readAt, type SharedAttempts } from './shared-attempts.ts';
import { createSharedSessions } from './shared-sessions.ts';

/** What several launchers share besides events. */
export interface Cluster extends SharedAttempts {
  /**
   * Ends here what is ended at another launcher, and the other way round; what was ended while Redis was away as soon as it
   * is back. `onAllEnding`: all are about to be, perhaps since the token is another one now.
   */
  share(sessions: Sessions, onAllEnding: () => void): void;
  /** Whether the others cannot be reached at this moment. */
  readonly isAway: boolean;
  close(): void;
}

interface ClusterOptions {
  /** Made anew for each attempt, for it holds the password. */
  readonly address: () => RedisAddress;
  readonly logger: BaseLogger;
  readonly prefix?: string;
  /** A Redis that takes longer is treated as gone. */
  readonly answerWithinMs?: number;
}

const RETRY_MAX_MS = 3_000;

/** Connects to the Redis that launchers share. One that cannot be reached is no error: this launcher goes on alone. */
export function createCluster(options: ClusterOptions): Cluster {
  const { logger, prefix = 'picoclaw' } = options;
  const commands = connect(options);
  const listener = connect(options);
  const { ask, isAway } = createAsk(commands, logger);
  let stop = () => {};
  return {
    count: (key, windowMs) => ask((redis) => countAt(redis, `${prefix}:attempts:${key}`, windowMs)),
    read: (key) => ask((redis) => readAt(redis, `${prefix}:attempts:${key}`)),
    share(sessions, onAllEnding) {
      const shared = createSharedSessions({ ...{ commands, listener, ask, logger, sessions, onAllEnding }, prefix });
      stop = shared.stop;
    },
    get isAway() {
      return isAway();
    },
    close() {
      stop();
      for (const one of [commands, listener]) one.disconnect();
    },
  };
}

function connect({ address, answerWithinMs = 1_000 }: ClusterOptions): Redis {
  const redis = new Redis({
    ...address(),
    retryStrategy: (attempt) => Math.random() * Math.min(RETRY_MAX_MS, 100 * 2 ** attempt),
    // Nobody waits for a Redis that is away: what could not be told is told when it is back.
    ...{ enableOfflineQueue: false, maxRetriesPerRequest: 0, autoResubscribe: false },
    ...{ connectTimeout: answerWithinMs * 2, commandTimeout: answerWithinMs },
    ...{ disableClientInfo: true, protocol: 2 },
  });
  // Without a listener ioredis prints errors to the console; that it is away is told by the events' own connection.
  redis.on('error', () => {});
  return redis;
}
