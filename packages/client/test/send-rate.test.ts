import { describe, expect, it } from 'vitest';
import { createRateCount } from '../src/send-rate.ts';

describe('the rate at which a client sends', () => {
  it('lets a burst through, and then so many a second', () => {
    let time = 0;
    const rate = createRateCount({ burst: 2, perSecond: 4 }, () => time);
    expect([rate.take(), rate.waitMs(), rate.take(), rate.take(), rate.waitMs()]).toEqual([true, 0, true, false, 250]);
    time += 125;
    expect([rate.take(), rate.waitMs()]).toEqual([false, 125]);
    time += 125;
    expect([rate.take(), rate.take()]).toEqual([true, false]);
    time += 60_000;
    expect([rate.take(), rate.take(), rate.take()]).toEqual([true, true, false]);
  });

  it('loses nothing to a clock that is set back', () => {
    let time = 60_000;
    const rate = createRateCount({ burst: 1, perSecond: 1 }, () => time);
    time = 0;
    expect(rate.take()).toBe(true);
  });
});
