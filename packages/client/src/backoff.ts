/** How long to wait before dialling again; waits grow until `reset`. */
export interface Backoff {
  /** Tries counted since the last reset. */
  readonly attempt: number;
  /**
   * Counts one more try and returns its wait in ms, or undefined when there have been `maxAttempts`. `afterLoss` says
   * that a connection had been open: a server that goes away loses all of them at one moment.
   */
  next(afterLoss: boolean): number | undefined;
  reset(): void;
}

/** The times of a backoff, ms. */
export interface BackoffShape {
  /** The first window; each is twice the one before. */
  baseMs: number;
  /** The least window after a loss: the smallest that spreads the dials of all clients evenly enough. */
  spreadMs: number;
  /** The largest window, and the longest wait. */
  maxMs: number;
}

/** The shape of the waits; what is no length of time (negative, infinite, not a number) counts as left out. */
export interface BackoffOptions extends Partial<BackoffShape> {
  random: () => number;
  /** 0 or less: no limit. */
  maxAttempts: number;
}

const defaults: BackoffShape = { baseMs: 1_000, spreadMs: 4_000, maxMs: 30_000 };

/**
 * Counts the tries of one client. Full jitter: each try falls anywhere in a window of `min(maxMs, baseMs · 2ⁿ)`.
 *
 * The windows follow one another: what is left of one is waited out before the next. Drawn from the moment of each
 * failure instead, a few early draws would climb to long windows within a second and keep their client away long after
 * the rest, while all the others crowd at the start. This way, of 1000 clients that lost their server at one moment,
 * no second has more than three times the mean of dials in any outage up to 20 s, and of successful ones in any outage;
 * and an outage of 3 s is over for every client within 8 s (test/reconnect-spread.test.ts).
 */
export function createBackoff({ random, maxAttempts, ...shape }: BackoffOptions): Backoff {
  // Not 0, which would stay 0 however often it is doubled.
  const baseMs = timeOr(defaults.baseMs, shape.baseMs) || defaults.baseMs;
  const spreadMs = timeOr(defaults.spreadMs, shape.spreadMs);
  const maxMs = timeOr(defaults.maxMs, shape.maxMs);
  let attempt = 0;
  let restMs = 0;
  return {
    get attempt() {
      return attempt;
    },
    next(afterLoss) {
      if (maxAttempts > 0 && attempt >= maxAttempts) return undefined;
      // 2 ** 1024 is Infinity, which min() turns into maxMs: no overflow however long an outage lasts.
      const windowMs = Math.min(maxMs, Math.max(baseMs * 2 ** attempt, afterLoss ? spreadMs : 0));
      attempt += 1;
      const drawnMs = random() * windowMs;
      const waitMs = Math.min(maxMs, restMs + drawnMs);
      // At its largest, a window is long enough to be drawn from anew each time.
      restMs = windowMs < maxMs ? windowMs - drawnMs : 0;
      return waitMs;
    },
    reset() {
      attempt = 0;
      restMs = 0;
    },
  };
}

function timeOr(defaultMs: number, ms = defaultMs): number {
  return Number.isFinite(ms) && ms >= 0 ? ms : defaultMs;
}
