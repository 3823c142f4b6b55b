import { expect, test } from 'vitest';
import { sessionInHash } from '../../src/chat/session-id.ts';

test('an address names its session in the hash', () => {
  expect(sessionInHash('#session=0f3a-B_9')).toBe('0f3a-B_9');
  expect(sessionInHash('#other=1&session=abc')).toBe('abc');
});

test.each(['', '#', '#session=', '#session=../../etc', '#session=a%2Fb', `#session=${'x'.repeat(129)}`, '#content'])(
  'the hash %j names none',
  (hash) => {
    expect(sessionInHash(hash)).toBeUndefined();
  },
);
