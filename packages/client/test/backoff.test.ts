import { describe, expect, it } from 'vitest';
import { createBackoff } from '../src/backoff.ts';

const shape = { baseMs: 1_000, spreadMs: 4_000, maxMs: 30_000, maxAttempts: 0, random: () => 1 };
const waitsOf = (options: Partial<Parameters<typeof createBackoff>[0]>, count: number, afterLoss = false) => {
  const backoff = createBackoff({ ...shape, ...options });
  return Array.from({ length: count }, () => backoff.next(afterLoss));
};

describe('the wait before dialling again', () => {
  it('doubles its window from one second to thirty', () => {
    expect(waitsOf({}, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('has windows of four seconds at least when a connection was lost, for others lost theirs at the same moment', () => {
    expect(waitsOf({}, 7, true)).toEqual([4_000, 4_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('is drawn from the whole of each window, and the windows follow one another', () => {
    const draws = [0, 0.5, 0.25, 1];
    // From 0 s to 1, from 1 s to 3, from 3 s to 7 and from 7 s to 15.
    expect(waitsOf({ random: () => draws.shift() ?? 0 }, 4)).toEqual([0, 2_000, 2_000, 11_000]);
  });

  it('is drawn anew each time when the window is at its largest, and never longer than that', () => {
    const draws = [...Array(4).fill(1), 0.25, 0.75, 0.5, 0];
    const [rest, ...waits] = waitsOf({ random: () => draws.shift() ?? 0 }, 8).slice(4);
    expect([rest, ...waits]).toEqual([4_000, 30_000, 15_000, 0]);
  });

  it('does not vanish when the draws are as low as they can be', () => {
    expect(waitsOf({ random: () => 0 }, 6, true)).toEqual([0, 4_000, 4_000, 4_000, 8_000, 16_000]);
  });

  it('stays at its largest however long an outage lasts', () => {
    expect(waitsOf({}, 2_000).at(-1)).toBe(30_000);
  });

  it('is no longer than its largest from the start', () => {
    expect(waitsOf({ baseMs: 60_000 }, 2)).toEqual([30_000, 30_000]);
    expect(waitsOf({ spreadMs: 60_000 }, 2, true)).toEqual([30_000, 30_000]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('takes its defaults instead of %d ms', (ms) => {
    const waits = waitsOf({ baseMs: ms, spreadMs: ms, maxMs: ms }, 2_000, true);
    expect(waits.slice(0, 6)).toEqual([4_000, 4_000, 4_000, 8_000, 16_000, 30_000]);
    expect(waits.at(-1)).toBe(30_000);
  });

  it('takes its default instead of a first window that no doubling makes longer', () => {
    expect(waitsOf({ baseMs: 0 }, 3)).toEqual([1_000, 2_000, 4_000]);
  });

  it('ends after the allowed tries and begins anew after a reset', () => {
    const draws = [1, 0.5, 1];
    const backoff = createBackoff({ ...shape, maxAttempts: 2, random: () => draws.shift() ?? 0 });
    expect([backoff.next(false), backoff.next(false), backoff.next(false)]).toEqual([1_000, 1_000, undefined]);
    expect(backoff.attempt).toBe(2);
    backoff.reset();
    expect([backoff.attempt, backoff.next(false)]).toEqual([0, 1_000]);
  });

  it.each([0, -1, Number.NaN])('never ends when the allowed tries are %d', (maxAttempts) => {
    expect(waitsOf({ maxAttempts }, 1_000)).not.toContain(undefined);
  });
});
