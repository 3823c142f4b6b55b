import type { RedisAddress } from './redis-address.ts';
import type { StreamEntry } from './redis-entry.ts';
import { openRedisPair } from './redis-pair.ts';

/** How long a read waits in Redis for something new. */
const BLOCK_MS = 2000;
const PAGE = 500;

/** Where the stream is and how long to wait for it. */
export interface RedisStreamOptions {
  readonly address: RedisAddress;
  readonly key: string;
  /** About how many entries Redis keeps. */
  readonly maxLength: number;
  readonly answerWithinMs: number;
}

/** One stream over two connections, for a read that waits would keep all other commands waiting. */
export interface RedisStream {
  /** Appends; entries of consecutive calls keep their order. Resolves with the position, rejects when `at` is taken. */
  add(fields: readonly string[], at?: string): Promise<string>;
  /** What comes after a position, at once; empty at the end. */
  read(after: string): Promise<readonly StreamEntry[]>;
  /** What comes after a position, as soon as there is something; empty when there was nothing for a while. */
  wait(after: string): Promise<readonly StreamEntry[]>;
  /** The last entries, oldest first. */
  newest(count: number): Promise<readonly StreamEntry[]>;
  has(position: string): Promise<boolean>;
  length(): Promise<number>;
  /** Tears both connections down; whatever is unanswered rejects. */
  close(): void;
}

/** Opens the stream, once: a connection that ends stays ended. ioredis is loaded by the first call. */
export async function openRedisStream(
  { address, key, maxLength, answerWithinMs }: RedisStreamOptions,
  { signal, onLost }: { readonly signal: AbortSignal; readonly onLost: (error: unknown) => void },
): Promise<RedisStream> {
  const { commands, reader, close } = await openRedisPair(
    { address, answerWithinMs, blockMs: BLOCK_MS },
    { signal, onLost },
  );
  return {
    add: async (fields, at = '*') => (await commands.xadd(key, 'MAXLEN', '~', maxLength, at, ...fields)) ?? '',
    read: async (after) => entriesOf(await commands.xread('COUNT', PAGE, 'STREAMS', key, after)),
    wait: async (after) => entriesOf(await reader.xread('COUNT', PAGE, 'BLOCK', BLOCK_MS, 'STREAMS', key, after)),
    newest: async (count) => (await commands.xrevrange(key, '+', '-', 'COUNT', count)).reverse(),
    has: async (position) => (await commands.xrange(key, position, position)).length > 0,
    length: () => commands.xlen(key),
    close,
  };
}

const entriesOf = (reply: [key: string, entries: StreamEntry[]][] | null): readonly StreamEntry[] =>
  reply?.[0]?.[1] ?? [];
