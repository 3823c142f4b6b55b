import { describe, expect, it } from 'vitest';
import { hostSyntaxProblem, parseHost } from '../src/index.ts';

describe('parseHost', () => {
  it.each([
    ['localhost', { hostname: 'localhost', port: undefined, isIpLiteral: false }],
    ['LocalHost:18800', { hostname: 'localhost', port: 18800, isIpLiteral: false }],
    ['127.0.0.1:1', { hostname: '127.0.0.1', port: 1, isIpLiteral: true }],
    ['[::1]:80', { hostname: '::1', port: 80, isIpLiteral: true }],
    ['my_pi.local', { hostname: 'my_pi.local', port: undefined, isIpLiteral: false }],
    ['example.com.', { hostname: 'example.com.', port: undefined, isIpLiteral: false }],
  ])('takes %s apart', (header, expected) => {
    expect(parseHost(header)).toEqual(expected);
  });

  it.each(['', ' ', 'a b', 'a/b', '<a>', 'a:b', 'a:0', 'a:65536', '[::1', '::1', '[zz]', 'user@host', 'a,b', '%41'])(
    'refuses %j',
    (header) => {
      expect(parseHost(header)).toBeUndefined();
    },
  );
});

it('refuses two Host lines, and none', () => {
  expect(hostSyntaxProblem({ rawHeaders: ['Host', 'a', 'host', 'a'] })).toContain('more than one');
  expect(hostSyntaxProblem({ rawHeaders: ['Via', 'host'] })).toContain('missing');
  expect(hostSyntaxProblem({ rawHeaders: ['X', 'host', 'HOST', 'a:80'] })).toBeUndefined();
});
