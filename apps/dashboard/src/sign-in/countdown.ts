import { useEffect, useState } from 'react';

/** Whole seconds left until a moment; never negative, never rounding the last second away. */
export function secondsLeft(untilMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
}

/** Seconds left until a moment (Unix ms), counting down by itself; 0 when there is none. */
export function useCountdown(untilMs: number | undefined, now: () => number = Date.now): number {
  const [, tick] = useState(0);
  const left = untilMs === undefined ? 0 : secondsLeft(untilMs, now());
  useEffect(() => {
    if (left === 0 || untilMs === undefined) return;
    // To the next full second of what is left, so that a slow timer never skips or repeats a number.
    const timer = setTimeout(() => tick((count) => count + 1), untilMs - now() - (left - 1) * 1000 + 5);
    return () => clearTimeout(timer);
  });
  return left;
}
