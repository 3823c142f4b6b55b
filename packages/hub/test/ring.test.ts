import { describe, expect, it } from 'vitest';
import { createRing, RING_LIMITS } from '../src/ring.ts';

const LIMITS = { maxMessages: 3, maxBytes: 100, maxAgeMs: 1000 };

describe('the ring of a channel', () => {
  it('keeps 256 messages, 1 MiB and five minutes', () => {
    expect(RING_LIMITS).toEqual({ maxMessages: 256, maxBytes: 1024 * 1024, maxAgeMs: 5 * 60_000 });
  });

  it('begins empty and knows of nothing that was let go', () => {
    const ring = createRing<string>(LIMITS);
    ring.expire(1_000_000);
    expect([ring.entries, ring.lastDropped, ring.newestAt]).toEqual([[], undefined, undefined]);
  });

  it('lets the oldest go when there are too many, and tells which was the last of them', () => {
    const ring = createRing<string>(LIMITS);
    for (const entry of ['a', 'b', 'c']) ring.push(entry, 1, 0);
    expect([ring.entries, ring.lastDropped]).toEqual([['a', 'b', 'c'], undefined]);
    for (const entry of ['d', 'e']) ring.push(entry, 1, 0);
    expect([ring.entries, ring.lastDropped]).toEqual([['c', 'd', 'e'], 'b']);
  });

  it('holds exactly its bytes, and lets as many go as one more needs', () => {
    const ring = createRing<string>(LIMITS);
    ring.push('a', 40, 0);
    ring.push('b', 60, 0);
    expect(ring.entries).toEqual(['a', 'b']);
    ring.push('c', 1, 0);
    expect([ring.entries, ring.lastDropped]).toEqual([['b', 'c'], 'a']);
    ring.push('d', 99, 0);
    expect([ring.entries, ring.lastDropped]).toEqual([['c', 'd'], 'b']);
  });

  it('keeps nothing of what is larger than itself, and is as good as new afterwards', () => {
    const ring = createRing<string>(LIMITS);
    ring.push('a', 1, 0);
    ring.push('giant', 101, 0);
    expect([ring.entries, ring.lastDropped, ring.newestAt]).toEqual([[], 'giant', undefined]);
    ring.push('b', 100, 0);
    expect([ring.entries, ring.lastDropped]).toEqual([['b'], 'giant']);
  });

  it('lets go of what has reached its age, not a millisecond earlier', () => {
    const ring = createRing<string>(LIMITS);
    ring.push('a', 1, 0);
    ring.push('b', 1, 500);
    ring.expire(999);
    expect(ring.entries).toEqual(['a', 'b']);
    ring.expire(1000);
    expect([ring.entries, ring.lastDropped, ring.newestAt]).toEqual([['b'], 'a', 500]);
    ring.expire(1500);
    expect([ring.entries, ring.lastDropped, ring.newestAt]).toEqual([[], 'b', undefined]);
  });

  it('counts the bytes of what has expired no longer', () => {
    const ring = createRing<string>(LIMITS);
    ring.push('a', 90, 0);
    ring.expire(1000);
    ring.push('b', 90, 1000);
    expect(ring.entries).toEqual(['b']);
  });

  it('has given lists that do not change when more comes', () => {
    const ring = createRing<string>(LIMITS);
    ring.push('a', 1, 0);
    const given = ring.entries;
    ring.push('b', 1, 0);
    expect([given, ring.entries]).toEqual([['a'], ['a', 'b']]);
  });
});
