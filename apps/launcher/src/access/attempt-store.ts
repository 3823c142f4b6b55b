type Answer = (error: Error | null, result: { current: number; ttl: number }) => void;

interface Entry {
  count: number;
  readonly startedAt: number;
}

/** Clients that are counted one by one; those beyond share one count. */
const MAX_CLIENTS = 20_000;
const OVERFLOW = 'overflow';

/**
 * Makes the store class for @fastify/rate-limit: fixed windows, and a table whose filling never frees a blocked client:
 * only windows that have ended are dropped, and clients that find no place share one budget.
 */
export function createAttemptStore(now: () => number) {
  const entries = new Map<string, Entry>();

  const live = (key: string, windowMs: number): Entry | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && now() - entry.startedAt < windowMs ? entry : undefined;
  };
  const dropEnded = (windowMs: number) => {
    // Insertion order is the order of starts, so the first one that still runs ends the sweep.
    for (const [key, { startedAt }] of entries) {
      if (now() - startedAt < windowMs) return;
      entries.delete(key);
    }
  };
  const placeFor = (key: string, windowMs: number): string => {
    if (live(key, windowMs) !== undefined) return key;
    dropEnded(windowMs);
    return entries.size < MAX_CLIENTS ? key : OVERFLOW;
  };
  const ttlOf = ({ startedAt }: Entry, windowMs: number) => windowMs - (now() - startedAt);

  return class AttemptStore {
    incr(key: string, answer: Answer, windowMs: number): void {
      const place = placeFor(key, windowMs);
      const entry = live(place, windowMs) ?? { count: 0, startedAt: now() };
      entry.count += 1;
      if (entry.count === 1) entries.delete(place);
      entries.set(place, entry);
      answer(null, { current: entry.count, ttl: ttlOf(entry, windowMs) });
    }

    read(key: string, answer: Answer, windowMs: number): void {
      const entry = live(placeFor(key, windowMs), windowMs);
      answer(
        null,
        entry === undefined ? { current: 0, ttl: 0 } : { current: entry.count, ttl: ttlOf(entry, windowMs) },
      );
    }

    /** Every limit counts in the same table; their keys keep them apart. */
    child(): AttemptStore {
      return this;
    }
  };
}
