/** How much may be sent to a server: so many at once, and then so many a second. */
export interface SendRate {
  burst: number;
  perSecond: number;
}

/** Counts what is sent against a rate. */
export interface RateCount {
  /** Counts one more, or returns false when it would be too many. */
  take(): boolean;
  /** How long until the next one may go, ms. */
  waitMs(): number;
}

/** Begins to count, as a server does with each new connection. */
export function createRateCount({ burst, perSecond }: SendRate, now: () => number): RateCount {
  // Counted in time, which is whole for the usual rates: fractions of a message would come a hair too late.
  const costMs = 1_000 / perSecond;
  let creditMs = burst * costMs;
  let countedAt = now();
  const refill = () => {
    const at = now();
    // A clock that was set back takes nothing away.
    creditMs = Math.min(burst * costMs, creditMs + Math.max(0, at - countedAt));
    countedAt = at;
  };
  return {
    take() {
      refill();
      if (creditMs < costMs) return false;
      creditMs -= costMs;
      return true;
    },
    waitMs() {
      refill();
      return Math.max(0, Math.ceil(costMs - creditMs));
    },
  };
}
