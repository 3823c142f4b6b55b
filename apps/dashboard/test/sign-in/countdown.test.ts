import { expect, test } from 'vitest';
import { secondsLeft } from '../../src/sign-in/countdown.ts';

test('a started second counts as a whole one, so the button never opens too early', () => {
  expect(secondsLeft(10_000, 0)).toBe(10);
  expect(secondsLeft(10_000, 9_001)).toBe(1);
  expect(secondsLeft(10_000, 9_999)).toBe(1);
});

test('nothing is left at the moment itself and after it', () => {
  expect(secondsLeft(10_000, 10_000)).toBe(0);
  expect(secondsLeft(10_000, 99_000)).toBe(0);
});
