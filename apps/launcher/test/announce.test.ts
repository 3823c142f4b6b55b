import { Secret } from '@picoclaw/auth';
import { readEnvironment, resolvePaths } from '@picoclaw/config';
import { expect, test } from 'vitest';
import { createLauncherToken, type TokenSource } from '../src/access/launcher-token.ts';
import { announcement } from '../src/announce.ts';

const VALUE = 'the-value-of-the-token';
const LOCAL = [{ host: '127.0.0.1' }, { host: '::1' }];

function announce({ source = 'config' as TokenSource, basePath = '/', addresses = LOCAL, startForbidden = '' } = {}) {
  const environment = readEnvironment({ source: { PICOCLAW_HOME: '/srv/pico' } });
  return announcement({
    ...{ addresses, basePath, port: 18_800, version: '1.2.3' },
    token: createLauncherToken({ value: new Secret(VALUE), source, persist: async () => ({ ok: true }) }),
    tokenFrom: source === 'env' ? 'PICOCLAW_LAUNCHER_TOKEN' : '/srv/pico/launcher-config.json',
    gateway: { state: 'stopped', record: undefined, owned: false, lastExit: undefined, reason: undefined },
    startForbidden: startForbidden === '' ? undefined : startForbidden,
    paths: resolvePaths({}, environment),
  });
}

test('a generated token is printed as a link to follow, under the base path too', () => {
  expect(announce({ source: 'random' })).toContain(`http://localhost:18800/?token=${VALUE}\n`);
  expect(announce({ source: 'random' })).toContain('http://localhost:18800/setup');
  expect(announce({ source: 'random', basePath: '/x' })).toContain(`http://localhost:18800/x/?token=${VALUE}\n`);
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

test('a gateway that somebody else runs is said to be', () => {
  expect(announce({ startForbidden: 'It is external.' })).toContain('stopped: It is external.');
});
