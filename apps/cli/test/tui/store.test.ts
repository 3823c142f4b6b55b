import { afterEach, expect, test, vi } from 'vitest';
import { createStore } from '../../src/tui/store.ts';

afterEach(() => vi.useRealTimers());

test('Many changes are told once, the first one at once', () => {
  vi.useFakeTimers();
  const store = createStore((count: number, by: number) => count + by, 0, 25);
  const told: number[] = [];
  const stop = store.subscribe(() => told.push(store.getState()));
  for (let index = 0; index < 1_000; index += 1) store.dispatch(1);
  expect(store.getState()).toBe(1_000);
  vi.advanceTimersByTime(0);
  expect(told).toEqual([1_000]);
  for (let index = 0; index < 1_000; index += 1) store.dispatch(1);
  vi.advanceTimersByTime(24);
  expect(told).toEqual([1_000]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([1_000, 2_000]);
  store.dispatch(0);
  stop();
  expect(vi.getTimerCount()).toBe(0);
});
