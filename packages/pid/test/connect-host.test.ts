import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connectHost, gatewayOrigin, isTrustedHost, probeHealth } from '../src/index.ts';

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['*', '127.0.0.1'],
  ['', '127.0.0.1'],
  ['localhost', '127.0.0.1'],
  ['LocalHost', '127.0.0.1'],
  ['::', '::1'],
  ['[::]', '::1'],
  ['::1', '::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['192.168.1.5', '192.168.1.5'],
  ['gateway', 'gateway'],
  ['192.168.1.5,127.0.0.1', '127.0.0.1'],
  ['192.168.1.5, ::', '::1'],
  ['192.168.1.5,10.0.0.1', '192.168.1.5'],
  [' 127.0.0.1 ', '127.0.0.1'],
])('a gateway bound to %j is reached at %s', (host, expected) => {
  expect(connectHost({ host })).toBe(expected);
});

test('an IPv6 literal stands in brackets in a URL', () => {
  expect(gatewayOrigin({ host: '::', port: 18790 })).toBe('http://[::1]:18790');
  expect(gatewayOrigin({ host: '*', port: 18790 })).toBe('http://127.0.0.1:18790');
  expect(() => new URL(gatewayOrigin({ host: '[2001:db8::1]', port: 1 }))).not.toThrow();
});

test.each(['0.0.0.0', '::', '127.0.0.1', 'localhost'])('what listens on %s answers there', async (bound) => {
  const server = createServer((_, response) => response.end('{"status":"ok"}'));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, bound === 'localhost' ? '127.0.0.1' : bound, resolve));
  const { port } = server.address() as AddressInfo;
  expect(await probeHealth({ host: bound, port })).toMatchObject({ outcome: 'ok' });
});

const trusted = (host: string, configured: string[] = []) =>
  isTrustedHost({ host }, configured, () => ['192.168.1.5', 'fe80::1']);

test('loopback, wildcards and this machine’s addresses may be connected to', () => {
  for (const host of [
    '127.0.0.1',
    '127.8.8.8',
    '::1',
    '',
    '*',
    '0.0.0.0',
    '::',
    'localhost',
    '192.168.1.5',
    'fe80::1',
  ]) {
    expect([host, trusted(host)]).toEqual([host, true]);
  }
});

test('any other host is refused unless it is configured', () => {
  const hosts = [
    '169.254.169.254',
    '10.0.0.1',
    'gateway',
    'metadata.google.internal',
    '127.0.0.1.evil.example',
    '0x7f.1',
  ];
  for (const host of [...hosts, '2130706433', '::ffff:10.0.0.1']) expect([host, trusted(host)]).toEqual([host, false]);
  expect(trusted('gateway', ['Gateway'])).toBe(true);
  expect(trusted('[2001:db8::1]', ['2001:db8::1'])).toBe(true);
});
