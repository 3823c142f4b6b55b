import { expect, test } from 'vitest';
import { relativeTime } from '../../src/ui/relative-time.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const MINUTE = 60_000;

test.each([
  [0, 'now'],
  [-59_999, 'now'],
  [-MINUTE, '1 minute ago'],
  [-59 * MINUTE, '59 minutes ago'],
  [-90 * MINUTE, '1 hour ago'],
  [-24 * 60 * MINUTE, 'yesterday'],
  [-40 * 24 * 60 * MINUTE, 'last month'],
  [-800 * 24 * 60 * MINUTE, '2 years ago'],
  [5 * MINUTE, 'in 5 minutes'],
])('a moment %i ms from now is "%s"', (distance, text) => {
  expect(relativeTime(NOW + distance, NOW, 'en')).toBe(text);
});

test('it is said in the language of the page', () => {
  expect(relativeTime(NOW - 3 * MINUTE, NOW, 'zh')).toBe('3分钟前');
});
