import { describe, expect, it } from 'vitest';
import { createFrameLimit } from '../../src/channel/frame-limit.ts';

describe('the frame limit', () => {
  it('lets a burst through, then so many a second', () => {
    let now = 0;
    const limit = createFrameLimit({ burst: 3, perSecond: 2, now: () => now });
    expect([limit.take(), limit.take(), limit.take(), limit.take()]).toEqual([true, true, true, false]);
    expect(limit.waitMs).toBe(500);
    now += 500;
    expect([limit.take(), limit.take()]).toEqual([true, false]);
  });

  it('never saves up more than the burst', () => {
    let now = 0;
    const limit = createFrameLimit({ burst: 2, perSecond: 10, now: () => now });
    now += 3_600_000;
    expect([limit.take(), limit.take(), limit.take()]).toEqual([true, true, false]);
  });
});
