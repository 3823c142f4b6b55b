/** A token bucket: `perSecond` on average, `burst` at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Counts against a rate; `take` is false when it is used up. `now` in ms. */
export function createBucket({ perSecond, burst }: Rate): { take(now: number): boolean } {
  let left = burst;
  let filledAt: number | undefined;
  return {
    take(now) {
      left = Math.min(burst, left + ((now - (filledAt ?? now)) / 1_000) * perSecond);
      filledAt = now;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
