import { expect, test } from 'vitest';
import { tokenProblem } from '../../src/setup/token-problem.ts';

test.each([
  ['1234567', 'token_too_short'],
  ['x'.repeat(257), 'token_too_long'],
  [' 12345678', 'token_has_surrounding_blanks'],
  ['12345678\u00a0', 'token_has_surrounding_blanks'],
  ['1234\u00075678', 'token_has_control_characters'],
  ['12345678\n', 'token_has_control_characters'],
])('%j is refused as %s', (token, problem) => {
  expect(tokenProblem(token, token)).toBe(problem);
});

test('both entries must be the same', () => {
  expect(tokenProblem('12345678', '12345679')).toBe('tokens_do_not_match');
});

test('blanks inside, other scripts and both limits are fine; characters are counted as people count them', () => {
  for (const token of ['12345678', 'x'.repeat(256), 'correct horse', '秘密令牌一二三四', '🦀'.repeat(8)]) {
    expect(tokenProblem(token, token)).toBeUndefined();
  }
  expect(tokenProblem('🦀'.repeat(4), '🦀'.repeat(4))).toBe('token_too_short');
});
