import { describe, expect, it } from 'vitest';
import { RedisOrigins } from '../src/redis-origins.ts';
import { createRings } from '../src/redis-rings.ts';

const LIMITS = { maxMessages: 2, maxBytes: 1000, maxAgeMs: 100 };

describe('the rings of many channels', () => {
  it('are bounded each for itself', () => {
    const rings = createRings<number>(LIMITS, () => 0);
    for (const entry of [1, 2, 3]) rings.push('a', entry, 1);
    rings.push('b', 4, 1);
    expect([rings.kept('a'), rings.dropped('a')]).toEqual([[2, 3], 1]);
    expect([rings.kept('b'), rings.dropped('b')]).toEqual([[4], undefined]);
    expect(rings.all().sort()).toEqual([2, 3, 4]);
  });

  it('forget a channel that has been silent for as long as anything is kept, but not that they did', () => {
    let time = 0;
    const rings = createRings<number>(LIMITS, () => time);
    rings.push('a', 1, 1);
    time = 100;
    rings.push('b', 2, 1);
    expect([rings.kept('a'), rings.dropped('a')]).toEqual([[], 1]);
    rings.push('a', 3, 1);
    expect([rings.kept('a'), rings.dropped('a')]).toEqual([[3], 1]);
    expect(rings.dropped('b')).toBe(undefined);
    rings.clear();
    expect([rings.kept('a'), rings.dropped('a')]).toEqual([[], undefined]);
  });

  it('forget the channel that has been silent for longest when there are too many', () => {
    const rings = createRings<number>(LIMITS, () => 0);
    for (let channel = 0; channel <= 10_000; channel += 1) rings.push(`c${channel}`, channel, 1);
    expect([rings.kept('c0'), rings.dropped('c0')]).toEqual([[], 0]);
    expect(rings.kept('c1')).toEqual([1]);
    expect(rings.kept('c10000')).toEqual([10_000]);
  });
});

describe('how far other nodes have come', () => {
  it('is remembered for the 4096 that published most recently', () => {
    const origins = new RedisOrigins();
    for (let node = 0; node < 4096; node += 1) origins.note(`node${node}`, 1);
    expect(origins.note('node0', 2)).toBe('next');
    origins.note('newcomer', 1);
    expect(origins.note('node0', 2)).toBe('again');
    expect(origins.note('node2', 3)).toBe('jump');
    expect(origins.note('node1', 3)).toBe('next');
  });
});
