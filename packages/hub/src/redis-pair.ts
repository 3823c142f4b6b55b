import type { Redis } from 'ioredis';
import type { RedisAddress } from './redis-address.ts';

/** How long the other side has to close its half of a connection before it is torn down. */
const LINGER_MS = 200;

/** Where a Redis is and how long to wait for it. */
export interface RedisPairOptions {
  readonly address: RedisAddress;
  readonly answerWithinMs: number;
  /** How long a read may wait in Redis for something new. */
  readonly blockMs: number;
}

/** Two connections to one Redis, for a read that waits would keep all other commands waiting. */
export interface RedisPair {
  readonly commands: Redis;
  readonly reader: Redis;
  /** Tears both connections down; whatever is unanswered rejects. */
  close(): void;
}

/** Opens both, once: what ends stays ended, and `onLost` is told. ioredis is loaded by the first call. */
export async function openRedisPair(
  { address, answerWithinMs, blockMs }: RedisPairOptions,
  { signal, onLost }: { readonly signal: AbortSignal; readonly onLost: (error: unknown) => void },
): Promise<RedisPair> {
  const { Redis } = await import('ioredis');
  const connection = (commandTimeout: number) =>
    new Redis({
      ...address,
      lazyConnect: true,
      // Both connections begin again together, so neither does so by itself, and no command outlives its connection.
      retryStrategy: () => null,
      enableOfflineQueue: false,
      connectTimeout: answerWithinMs * 2,
      commandTimeout,
      disconnectTimeout: LINGER_MS,
      disableClientInfo: true,
      // What differs in version 3 of the protocol is not used here, and HELLO is refused by some proxies.
      protocol: 2,
    });
  const commands = connection(answerWithinMs * 2);
  const reader = connection(answerWithinMs * 2 + blockMs);
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    signal.removeEventListener('abort', close);
    commands.disconnect();
    reader.disconnect();
  };
  signal.addEventListener('abort', close);
  try {
    await Promise.all([connect(commands), connect(reader)]);
    signal.throwIfAborted();
  } catch (error) {
    close();
    throw error;
  }
  for (const one of [commands, reader]) one.once('end', () => onLost(new Error('connection ended')));
  return { commands, reader, close };
}

/** Rejects with what went wrong; ioredis itself rejects with "Connection is closed" and emits the reason. */
async function connect(redis: Redis): Promise<void> {
  let reason: unknown;
  // Without a listener ioredis prints errors to the console.
  redis.on('error', (error) => (reason ??= error));
  try {
    await redis.connect();
  } catch (error) {
    throw reason ?? error;
  }
}
