import { expect, it } from 'vitest';
import { gatewayAddress, isLoopback } from '../../src/connect/addresses.ts';

const at = (host: string | undefined, gateway_status = 'running') =>
  gatewayAddress({ gateway_status, port: 18790, ...(host === undefined ? {} : { host }) }, 'claw.local');

it('names the host that the gateway listens on', () => {
  expect(at('127.0.0.1')).toBe('ws://127.0.0.1:18790/pico/ws');
  expect(at('192.168.1.7')).toBe('ws://192.168.1.7:18790/pico/ws');
  expect(at('::1')).toBe('ws://[::1]:18790/pico/ws');
});

it('names the host of the page for a gateway that listens on all addresses', () => {
  for (const host of ['0.0.0.0', '::', undefined]) expect(at(host)).toBe('ws://claw.local:18790/pico/ws');
  expect(gatewayAddress({ gateway_status: 'running', host: '::', port: 1 }, '[fe80::1]')).toBe(
    'ws://[fe80::1]:1/pico/ws',
  );
});

it('names none for a gateway that does not run', () => {
  expect(at('127.0.0.1', 'stopped')).toBeUndefined();
  expect(gatewayAddress({ gateway_status: 'running', host: '127.0.0.1' }, 'claw.local')).toBeUndefined();
});

it('knows the addresses that only the same computer reaches', () => {
  const hosts = ['127.0.0.1', '127.8.0.1', 'localhost', '[::1]', '192.168.1.7', '[fe80::1]', '127.0.0.1.example'];
  expect(hosts.map((host) => isLoopback(`ws://${host}:18790/pico/ws`))).toEqual([
    ...[true, true, true, true],
    ...[false, false, false],
  ]);
});
