import { expect, test } from 'vitest';
import { generateToken } from '../../src/setup/generate-token.ts';

test('a token is 32 characters that need no escaping in addresses, headers and shells', () => {
  expect(generateToken()).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(generateToken((bytes) => bytes.fill(0xff))).toBe('_'.repeat(32));
});

test('no two tokens are alike', () => {
  expect(new Set(Array.from({ length: 100 }, () => generateToken())).size).toBe(100);
});
