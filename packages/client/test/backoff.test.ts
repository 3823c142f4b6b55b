import { describe, expect, it } from 'vitest';
import { createBackoff } from '../src/backoff.ts';

const shape = { baseMs: 1_000, maxMs: 30_000, maxAttempts: Number.POSITIVE_INFINITY };

describe('the wait before dialling again', () => {
  it('doubles its ceiling from one second to thirty', () => {
    const backoff = createBackoff({ ...shape, random: () => 1 });
    const waits = Array.from({ length: 8 }, () => backoff.next());
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is drawn from the whole range below the ceiling', () => {
    const draws = [0, 0.5, 0.25];
    const backoff = createBackoff({ ...shape, random: () => draws.shift() ?? 1 });
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([0, 1_000, 1_000]);
  });

  it('stays at its ceiling however long an outage lasts', () => {
    const backoff = createBackoff({ ...shape, random: () => 1 });
    for (let tries = 0; tries < 2_000; tries += 1) backoff.next();
    expect(backoff.next()).toBe(30_000);
  });

  it('ends after the allowed tries and begins anew after a reset', () => {
    const backoff = createBackoff({ ...shape, maxAttempts: 2, random: () => 1 });
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([1_000, 2_000, undefined]);
    expect(backoff.attempt).toBe(2);
    backoff.reset();
    expect([backoff.attempt, backoff.next()]).toEqual([0, 1_000]);
  });
});
