import { expect, test } from 'vitest';
import { generateToken } from '../../src/setup/generate-token.ts';
import { strengthOf } from '../../src/setup/strength.ts';

test.each([
  ['', 0],
  ['short7!', 0],
  ['aaaaaaaaaaaaaaaaaaaaaaaa', 1],
  ['12345678901234567890', 1],
  ['password', 1],
  ['abababababababababab', 1],
  ['correct horse battery', 4],
  ['Tr0ub4dor&3', 3],
])('%j is rated %i', (token, strength) => {
  expect(strengthOf(token)).toBe(strength);
});

test('a generated token is strong', () => {
  expect(strengthOf(generateToken())).toBe(4);
});
