import { expect, test } from 'vitest';
import { clientKey, createAddressList, isLoopback } from '../src/access/address.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['192.0.2.1:5000', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::9]:443', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::9]', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unknown', 'no address'],
  ['', 'no address'],
  ['999.1.1.1', 'no address'],
  ['x'.repeat(10_000), 'no address'],
])('%s is counted as %s', (address, key) => {
  expect(clientKey(address)).toBe(key);
});

test('a list knows networks and single addresses of both families', () => {
  const list = createAddressList(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1']);
  for (const address of ['10.255.0.1', '::ffff:10.0.0.1', '192.0.2.1', '2001:db8::5', '::1', '10.0.0.1:80'])
    expect([address, list.has(address)]).toEqual([address, true]);
  for (const address of ['11.0.0.1', '192.0.2.2', '2001:db9::5', '::2', 'localhost', '', undefined])
    expect([address, list.has(address)]).toEqual([address, false]);
  expect([list.isEmpty, createAddressList([]).isEmpty]).toEqual([false, true]);
});

test.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['localhost', false],
  [undefined, false],
])('that %s is this machine is %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
