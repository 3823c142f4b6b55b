import { expect, test } from 'vitest';
import { appUrl, basePath } from '../src/base-path.ts';

test('the base path is the folder of the base address', () => {
  expect(basePath('http://launcher.test/')).toBe('/');
  expect(basePath('http://launcher.test/claw/')).toBe('/claw/');
});

test('addresses stay under the base path, with and without a leading slash', () => {
  expect(appUrl('api/auth/status', 'http://launcher.test/claw/')).toBe('http://launcher.test/claw/api/auth/status');
  expect(appUrl('/pico/ws', 'http://launcher.test/claw/')).toBe('http://launcher.test/claw/pico/ws');
  expect(appUrl('//evil.test', 'http://launcher.test/')).toBe('http://launcher.test/evil.test');
});
