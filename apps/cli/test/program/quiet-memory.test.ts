import { performance } from 'node:perf_hooks';
import { expect, onTestFinished, test, vi } from 'vitest';
import { giveMemoryBackWhenQuiet } from '../../src/program/quiet-memory.ts';

const EVERY_MS = 300;
/** Polled less often than it is looked, so that there are looks at a quiet process between. */
const seldom = { interval: 5 * EVERY_MS, timeout: 15_000 };

function beBusy(): void {
  const until = performance.now() + 2 * EVERY_MS;
  while (performance.now() < until) JSON.stringify([until]);
}

test('twice for each busy time that is over', () => {
  const world = { utilization: 0, times: 0 };
  vi.useFakeTimers({ toFake: ['setInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  vi.spyOn(performance, 'eventLoopUtilization').mockImplementation(() => ({ ...world, idle: 0, active: 0 }));
  giveMemoryBackWhenQuiet({ everyMs: EVERY_MS, collect: () => (world.times += 1) });
  const timesAfter = (...utilizations: readonly number[]) => {
    for (const utilization of utilizations) {
      world.utilization = utilization;
      vi.advanceTimersByTime(EVERY_MS);
    }
    return world.times;
  };
  expect(timesAfter(0, 0.9)).toBe(0);
  expect(timesAfter(0.2, 0.1)).toBe(1);
  expect(timesAfter(0.1, 0.1, 0, 0)).toBe(2);
  expect(timesAfter(0.9, 0.2, 0.1, 0.9)).toBe(3);
  expect(timesAfter(0.1, 0.1, 0.1)).toBe(5);
});

test('what nobody holds any more is collected', async () => {
  giveMemoryBackWhenQuiet({ everyMs: EVERY_MS });
  let isCollected = false;
  const registry = new FinalizationRegistry(() => {
    isCollected = true;
  });
  registry.register({ left: 'behind' }, undefined);
  beBusy();
  await expect.poll(() => isCollected, seldom).toBe(true);
});
