import { Secret } from '@picoclaw/auth';
import { expect, test } from 'vitest';
import { readEnvironment, resolveCredential } from '../src/index.ts';

const secret = (text: string) => new Secret(text);
const files = [
  { value: secret('from-security'), from: 'security' },
  { value: secret('from-config'), from: 'config' },
];

test('by hand the order is flag, environment, file', () => {
  const environment = readEnvironment({ source: { PICOCLAW_GATEWAY_TOKEN: 'g', PICOCLAW_CHANNELS_PICO_TOKEN: 'p' } });
  const withFlag = resolveCredential('channel', { flag: secret('f'), environment, files });
  expect(withFlag).toMatchObject({ source: 'flag', from: 'command line' });
  expect(withFlag.shadowed.map(({ from }) => from)).toEqual([
    'PICOCLAW_GATEWAY_TOKEN',
    'PICOCLAW_CHANNELS_PICO_TOKEN',
    'security',
    'config',
  ]);
  expect(resolveCredential('channel', { environment, files }).from).toBe('PICOCLAW_GATEWAY_TOKEN');
});

test('in an installed service the order is flag, file, environment', () => {
  const environment = readEnvironment({ source: { PICOCLAW_GATEWAY_TOKEN: 'g', PICOCLAW_SERVICE_KIND: 'gateway' } });
  const resolved = resolveCredential('channel', { environment, files });
  expect(resolved.value?.reveal()).toBe('from-security');
  expect(resolved.shadowed).toEqual([
    { source: 'file', from: 'config', differs: true },
    { source: 'env', from: 'PICOCLAW_GATEWAY_TOKEN', differs: true },
  ]);
  expect(resolveCredential('channel', { environment, files: [] }).source).toBe('env');
  expect(resolveCredential('channel', { flag: secret('f'), environment, files }).source).toBe('flag');
});

test('what is shadowed with the same value does not differ', () => {
  const environment = readEnvironment({ source: { PICOCLAW_LAUNCHER_TOKEN: 'same' } });
  const { shadowed } = resolveCredential('launcher', { environment, files: [{ value: secret('same'), from: 'f' }] });
  expect(shadowed).toEqual([{ source: 'file', from: 'f', differs: false }]);
});

test('a variable for another purpose does not count', () => {
  const environment = readEnvironment({
    source: { PICOCLAW_LAUNCHER_TOKEN: 'l', PICOCLAW_CHANNELS_PICO_CLIENT_TOKEN: 'c' },
  });
  expect(resolveCredential('channel', { environment, files: [] })).toEqual({ shadowed: [] });
  expect(resolveCredential('pico-client', { environment, files: [] }).value?.reveal()).toBe('c');
});
