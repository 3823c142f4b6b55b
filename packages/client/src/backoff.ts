/** How long to wait before dialling again; waits grow until `reset`. */
export interface Backoff {
  /** Tries counted since the last reset. */
  readonly attempt: number;
  /** Counts one more try and returns its wait in ms, or undefined when there have been `maxAttempts`. */
  next(): number | undefined;
  reset(): void;
}

/** The shape of the waits: full jitter, `random() × min(maxMs, baseMs · 2ⁿ)`, so that clients of one server spread out. */
export interface BackoffOptions {
  random: () => number;
  baseMs: number;
  maxMs: number;
  maxAttempts: number;
}

/** Counts the tries of one client. */
export function createBackoff({ random, baseMs, maxMs, maxAttempts }: BackoffOptions): Backoff {
  let attempt = 0;
  return {
    get attempt() {
      return attempt;
    },
    next() {
      if (attempt >= maxAttempts) return undefined;
      // 2 ** 1024 is Infinity, which min() turns into maxMs: no overflow however long an outage lasts.
      const ceilingMs = Math.min(maxMs, baseMs * 2 ** attempt);
      attempt += 1;
      return random() * ceilingMs;
    },
    reset() {
      attempt = 0;
    },
  };
}
