import { Secret } from '@picoclaw/auth';
import { readEnvironment, resolvePaths } from '@picoclaw/config';
import { expect, test } from 'vitest';
import { createLauncherToken, type TokenSource } from '../src/access/launcher-token.ts';
import { announcement } from '../src/announce.ts';

const VALUE = 'the-value-of-the-token';
const STOPPED = {
  gateway_status: 'stopped',
  owned: false,
  gateway_start_allowed: true,
  gateway_restart_required: false,
} as const;
const LOCAL = [{ host: '127.0.0.1' }, { host: '::1' }];

function announce({
  source = 'config' as TokenSource,
  basePath = '/',
  addresses = LOCAL,
  gateway = {},
  isService = false,
} = {}) {
  const environment = readEnvironment({ source: { PICOCLAW_HOME: '/srv/pico' } });
  return announcement({
    ...{ addresses, basePath, origin: 'http://localhost:18800', version: '1.2.3', isService },
    token: createLauncherToken({ value: new Secret(VALUE), source, persist: async () => ({ ok: true }) }),
    tokenFrom: source === 'env' ? 'PICOCLAW_LAUNCHER_TOKEN' : '/srv/pico/launcher-config.json',
    gateway: { ...STOPPED, ...gateway },
    paths: resolvePaths({}, environment),
  });
}

test('a generated token is printed as a link to follow, under the base path too', () => {
  expect(announce({ source: 'random' })).toContain(`http://localhost:18800/?token=${VALUE}\n`);
  expect(announce({ source: 'random' })).toContain('http://localhost:18800/setup');
  expect(announce({ source: 'random', basePath: '/x' })).toContain(`http://localhost:18800/x/?token=${VALUE}\n`);
});

test('a service, whose output is kept, prints no token', () => {
  const text = announce({ source: 'random', isService: true });
  expect(text).not.toContain(VALUE);
  expect(text).toContain('picoclaw-launcher token url');
});

test.each([
  ['env', 'PICOCLAW_LAUNCHER_TOKEN'],
  ['config', '/srv/pico/launcher-config.json'],
] as const)('a token from %s is never printed, only where it is', (source, from) => {
  const text = announce({ source });
  expect(text).not.toContain(VALUE);
  expect(text).not.toContain('/setup');
  expect(text).toContain(from);
});

test('whoever else may connect is mentioned', () => {
  expect(announce()).not.toContain('other machines');
  expect(announce({ addresses: [{ host: '0.0.0.0' }] })).toContain('other machines');
});

test.each([
  [{}, 'stopped'],
  [{ gateway_start_reason: 'It is external.' }, 'stopped: It is external.'],
  [{ gateway_status: 'running', host: '::1', port: 18_790, pid: 7, owned: true }, 'running at [::1]:18790, pid 7'],
  [
    { gateway_status: 'running', host: '127.0.0.1', port: 1, pid: 7 },
    'running at 127.0.0.1:1, pid 7, started by somebody else',
  ],
  [{ gateway_status: 'running', host: 'gw.lan', port: 443 }, 'running at gw.lan:443, started by somebody else'],
])('the gateway %j: %s', (gateway, row) => {
  expect(announce({ gateway })).toContain(`  Gateway   ${row}\n`);
});
