import { expect, test } from 'vitest';
import { checkBindHosts, parseBindHosts } from '../src/index.ts';

const loopbacks = [{ host: '127.0.0.1' }, { host: '::1', ipv6Only: true, optional: true }];

test.each([
  ['', loopbacks],
  ['  ', loopbacks],
  ['localhost', loopbacks],
  ['*', [{ host: '0.0.0.0' }, { host: '::', ipv6Only: true, optional: true }]],
  ['::', [{ host: '::', ipv6Only: true }]],
  ['0.0.0.0', [{ host: '0.0.0.0' }]],
  ['[::1]', [{ host: '::1', ipv6Only: true }]],
  ['192.168.1.2, fe80::1', [{ host: '192.168.1.2' }, { host: 'fe80::1', ipv6Only: true }]],
  ['my-host.local', [{ host: 'my-host.local' }]],
  ['localhost, 127.0.0.1', loopbacks],
  ['localhost,::1', [{ host: '127.0.0.1' }, { host: '::1', ipv6Only: true }]],
])('%j listens where it says', (text, hosts) => {
  expect(parseBindHosts(text)).toEqual(hosts);
});

test.each([
  '127.0.0.1,',
  ',',
  '127.0.0.1,,::1',
  'http://x',
  'host:80',
  '127.0.0.1:80',
  '1.2.3',
  '-x',
  'a b',
  '256.1.1.1',
  '[127.0.0.1]',
])('%j is refused with a reason', (text) => {
  const result = checkBindHosts(text);
  expect(result).toEqual({ ok: false, reason: expect.stringMatching(/empty entry|must name/) });
  expect(() => parseBindHosts(text)).toThrow(RangeError);
});
