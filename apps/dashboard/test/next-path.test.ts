import { describe, expect, test } from 'vitest';
import { safeNextPath } from '../src/next-path.ts';

const root = 'http://launcher.test:18800/';
const underBase = 'https://launcher.test/claw/';

describe('the path to go to after signing in', () => {
  test.each(['/', '/deep/link?x=1&y=2', '/#session=abc', '/logs?level=warn#end'])('keeps the local path %s', (next) => {
    expect(safeNextPath(next, root)).toBe(next);
  });

  test.each([
    null,
    '',
    'https://evil.test/',
    '//evil.test/',
    '/\\evil.test/',
    '\\\\evil.test',
    '/\t/evil.test/',
    '/\n/evil.test',
    'javascript:alert(1)',
    'deep/link',
    '/\u0000',
    '/x/..//evil.test/',
    '/.//evil.test/',
    '/%2e//evil.test/',
  ])('refuses %j', (next) => {
    expect(safeNextPath(next, root)).toBe('/');
  });

  test.each(['/login', '/login?next=/login', '/setup'])(
    'does not lead back to %s, which would go in circles',
    (next) => {
      expect(safeNextPath(next, root)).toBe('/');
    },
  );

  test('falls back to the start page under the base path', () => {
    expect(safeNextPath('//evil.test', underBase)).toBe('/claw/');
    expect(safeNextPath('/claw/login', underBase)).toBe('/claw/');
    expect(safeNextPath('/claw/logs', underBase)).toBe('/claw/logs');
  });
});
