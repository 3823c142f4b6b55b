import { expect, it } from 'vitest';
import { createEndings } from '../src/index.ts';

it('ends each at its time, the earlier ones first, whichever was added first, and those that have gone not at all', async () => {
  const now = performance.now();
  const all = new Set([300, 100, 200, Number.POSITIVE_INFINITY].map((inMs) => ({ inMs, endsAt: now + inMs })));
  const ended: number[] = [];
  const isEnding = createEndings(
    () => all,
    (one) => {
      ended.push(one.inMs);
      all.delete(one);
      expect(performance.now()).toBeGreaterThanOrEqual(one.endsAt);
    },
  );
  for (const one of all) isEnding(one);
  for (const one of all) if (one.inMs === 200) all.delete(one);
  await expect.poll(() => ended).toEqual([100, 300]);
});
