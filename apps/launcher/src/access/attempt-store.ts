import type { AttemptCount, SharedAttempts } from '../cluster/shared-attempts.ts';

type Answer = (error: Error | null, result: AttemptCount) => void;

interface Entry {
  count: number;
  readonly startedAt: number;
}

/** Clients that are counted one by one; those beyond share one count. */
const MAX_CLIENTS = 20_000;
const OVERFLOW = 'overflow';

/**
 * Makes the store class for @fastify/rate-limit: fixed windows, and a table whose filling never frees a blocked client:
 * only windows that have ended are dropped, and clients that find no place share one budget. With `shared` attempts made at
 * other launchers count too, for as long as they can be asked.
 */
export function createAttemptStore(now: () => number, shared?: SharedAttempts) {
  const tell = (answer: Answer, own: AttemptCount, elsewhere: Promise<AttemptCount | undefined> | undefined) => {
    if (elsewhere === undefined) answer(null, own);
    else void elsewhere.then((all) => answer(null, all !== undefined && all.current >= own.current ? all : own));
  };

  return class AttemptStore {
    readonly #entries = new Map<string, Entry>();

    incr(key: string, answer: Answer, windowMs: number): void {
      const place = this.#placeFor(key, windowMs);
      const entry = this.#live(place, windowMs) ?? { count: 0, startedAt: now() };
      entry.count += 1;
      if (entry.count === 1) this.#entries.delete(place);
      this.#entries.set(place, entry);
      tell(answer, countOf(entry, windowMs), shared?.count(key, windowMs));
    }

    read(key: string, answer: Answer, windowMs: number): void {
      const entry = this.#live(this.#placeFor(key, windowMs), windowMs);
      tell(answer, entry === undefined ? { current: 0, ttl: 0 } : countOf(entry, windowMs), shared?.read(key));
    }

    /** Every limit has a table of its own: clients that fill theirs must not take the place of the ceiling on all. */
    child(): AttemptStore {
      return new AttemptStore();
    }

    #placeFor(key: string, windowMs: number): string {
      if (this.#live(key, windowMs) !== undefined) return key;
      this.#dropEnded(windowMs);
      return this.#entries.size < MAX_CLIENTS ? key : OVERFLOW;
    }

    #live(key: string, windowMs: number): Entry | undefined {
      const entry = this.#entries.get(key);
      return entry !== undefined && now() - entry.startedAt < windowMs ? entry : undefined;
    }

    #dropEnded(windowMs: number): void {
      // Insertion order is the order of starts, so the first one that still runs ends the sweep.
      for (const [key, { startedAt }] of this.#entries) {
        if (now() - startedAt < windowMs) return;
        this.#entries.delete(key);
      }
    }
  };

  function countOf({ count, startedAt }: Entry, windowMs: number): AttemptCount {
    return { current: count, ttl: windowMs - (now() - startedAt) };
  }
}
