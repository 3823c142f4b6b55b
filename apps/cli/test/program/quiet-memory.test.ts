import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { giveMemoryBackWhenQuiet } from '../../src/program/quiet-memory.ts';

const EVERY_MS = 300;
/** Polled less often than it is looked, so that there are looks at a quiet process between. */
const seldom = { interval: 5 * EVERY_MS, timeout: 15_000 };

function beBusy(): void {
  const until = performance.now() + 2 * EVERY_MS;
  while (performance.now() < until) JSON.stringify([until]);
}

test('twice for each busy time that is over', async () => {
  let times = 0;
  giveMemoryBackWhenQuiet({ everyMs: EVERY_MS, collect: () => (times += 1) });
  beBusy();
  expect(times).toBe(0);
  await expect.poll(() => times, seldom).toBe(2);
  await wait(5 * EVERY_MS);
  expect(times).toBe(2);
  beBusy();
  await expect.poll(() => times, seldom).toBe(4);
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
