import type { RingLimits } from './backplane.ts';

/** What is kept of one channel, oldest first. */
export interface Ring<Entry> {
  /** Adds the newest; `at` is the time in ms by the clock of `expire`. */
  push(entry: Entry, bytes: number, at: number): void;
  /** Lets go of what has become too old. */
  expire(now: number): void;
  readonly entries: readonly Entry[];
  /** The newest of those that were let go. */
  readonly lastDropped: Entry | undefined;
  /** When the newest was added; undefined while there is none. */
  readonly newestAt: number | undefined;
}

/** 256 messages, 1 MiB or five minutes, whichever comes first. */
export const RING_LIMITS: RingLimits = { maxMessages: 256, maxBytes: 1_048_576, maxAgeMs: 300_000 };

/** Makes an empty ring; a single entry over `maxBytes` is not kept. */
export function createRing<Entry>({ maxMessages, maxBytes, maxAgeMs }: RingLimits): Ring<Entry> {
  const kept: { entry: Entry; bytes: number; at: number }[] = [];
  let entries: Entry[] | undefined;
  let bytesKept = 0;
  let lastDropped: Entry | undefined;
  const dropOldest = () => {
    const oldest = kept.shift();
    if (oldest === undefined) return;
    bytesKept -= oldest.bytes;
    lastDropped = oldest.entry;
    entries = undefined;
  };
  return {
    push(entry, bytes, at) {
      kept.push({ entry, bytes, at });
      bytesKept += bytes;
      entries = undefined;
      while (kept.length > maxMessages || bytesKept > maxBytes) dropOldest();
    },
    expire(now) {
      while (kept[0] !== undefined && now - kept[0].at >= maxAgeMs) dropOldest();
    },
    get entries() {
      entries ??= kept.map(({ entry }) => entry);
      return entries;
    },
    get lastDropped() {
      return lastDropped;
    },
    get newestAt() {
      return kept.at(-1)?.at;
    },
  };
}
