import { Secret } from '@picoclaw/auth';
import { expect, it } from 'vitest';
import { createKeyRing } from '../../src/agents/key-ring.ts';

const [a, b, c] = ['a', 'b', 'c'].map((text) => new Secret(text)) as [Secret, Secret, Secret];
const none = new Set<Secret>();

it('gives the keys in turn', () => {
  const ring = createKeyRing([a, b, c]);
  expect([1, 2, 3, 4].map(() => ring.next(none))).toEqual([a, b, c, a]);
});

it('passes a resting key over until its rest is over, or all rest', () => {
  let time = 0;
  const ring = createKeyRing([a, b], { restMs: 10, now: () => time });
  ring.rest(a);
  expect([ring.next(none), ring.next(none)]).toEqual([b, b]);
  ring.rest(b);
  expect(ring.next(none)).toBe(a);
  time = 10;
  expect([ring.next(none), ring.next(none)]).toEqual([b, a]);
});

it('never gives a refused key, and none where there is none', () => {
  const ring = createKeyRing([a, b]);
  expect(ring.next(new Set([a]))).toBe(b);
  expect(ring.next(new Set([a, b]))).toBeUndefined();
  expect(createKeyRing([]).next(none)).toBeUndefined();
});
