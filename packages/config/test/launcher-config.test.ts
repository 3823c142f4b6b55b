import { join } from 'node:path';
import { expect, test } from 'vitest';
import { launcherOptions, loadLauncherConfig } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { configErrorOf } from './support/problems.ts';

const everywhere = [{ host: '0.0.0.0' }, { host: '::', ipv6Only: true, optional: true }];
const loopback = [{ host: '127.0.0.1' }, { host: '::1', ipv6Only: true, optional: true }];

test('an absent file means the defaults: this machine only', () => {
  const home = aHome();
  expect(loadLauncherConfig(home.paths, home.environment)).toMatchObject({
    port: 18_800,
    host: '',
    public: false,
    base_path: '/',
    allowed_cidrs: [],
    trusted_proxy_cidrs: [],
    allow_localhost_bypass: true,
    allowed_hosts: [],
    gateway_mode: 'managed',
    login_attempts_per_minute: 10,
    setup_pending: false,
    bindHosts: loopback,
  });
});

test('a file of another launcher works as it is', () => {
  const home = aHome({
    'launcher-config.json': {
      port: 18_801,
      public: true,
      allowed_cidrs: [' 10.0.0.0/8', '', '10.0.0.0/8', 'fd00::/8'],
      dashboard_password_hash: 'x',
    },
  });
  const config = loadLauncherConfig(home.paths, home.environment);
  expect(config).toMatchObject({ port: 18_801, allowed_cidrs: ['10.0.0.0/8', 'fd00::/8'], bindHosts: everywhere });
});

test.each([
  [{ public: true }, {}, {}, everywhere],
  [{ public: true, host: '10.1.1.1' }, {}, {}, [{ host: '10.1.1.1' }]],
  [{ public: true }, {}, { host: '10.1.1.1' }, [{ host: '10.1.1.1' }]],
  [{ host: '10.1.1.1' }, {}, { public: true }, everywhere],
  [{ host: '10.1.1.1' }, { PICOCLAW_LAUNCHER_HOST: '10.2.2.2' }, {}, [{ host: '10.2.2.2' }]],
  [{ public: false, host: 'localhost' }, {}, {}, loopback],
])('file %j, environment %j and flags %j bind where the strongest says', (file, variables, flags, hosts) => {
  const home = aHome({ 'launcher-config.json': file });
  expect(loadLauncherConfig(home.paths, home.with(variables), flags).bindHosts).toEqual(hosts);
});

test('everything that is wrong is reported at once and no token is shown', async () => {
  const home = aHome({
    'launcher-config.json': {
      port: 0,
      public: 'yes',
      base_path: 'x',
      allowed_cidrs: ['10.0.0.1'],
      trusted_proxy_cidrs: ['10.0.0.0/33'],
      launcher_token: ['s3cr3t'],
      gateway_mode: 'other',
      gateway_url: 'ftp://x',
      login_attempts_per_minute: 0.5,
      tls: { cert: 'only' },
      cluster: 'redis',
    },
  });
  const error = await configErrorOf(() => loadLauncherConfig(home.paths, home.environment));
  expect(error.problems.map(({ path }) => path).sort()).toEqual([
    'allowed_cidrs',
    'base_path',
    'cluster',
    'gateway_mode',
    'gateway_url',
    'launcher_token',
    'login_attempts_per_minute',
    'port',
    'public',
    'tls',
    'trusted_proxy_cidrs',
  ]);
  expect(error.message).not.toContain('s3cr3t');
  expect(error.message).toContain('allowed_cidrs: must be a list of address ranges such as 192.168.1.0/24');
});

test.each(['//evil', '/a/../b', '/a b', '/a?x', 'a', '/%2e'])('the base path %j is refused', async (base_path) => {
  const home = aHome({ 'launcher-config.json': { base_path } });
  const error = await configErrorOf(() => loadLauncherConfig(home.paths, home.environment));
  expect(error.problems[0]?.path).toBe('base_path');
});

test('a base path has no slash at its end, and TLS files are found beside the file', () => {
  const home = aHome({ 'launcher-config.json': { base_path: '/my/claw/', tls: { cert: 'c.pem', key: '/k.pem' } } });
  const config = loadLauncherConfig(home.paths, home.environment);
  expect(config.base_path).toBe('/my/claw');
  expect(config.tls).toEqual({ cert: join(home.paths.home, 'c.pem'), key: '/k.pem' });
});

test('the Redis address comes from the environment before the file and is a secret', () => {
  const home = aHome({ 'launcher-config.json': { cluster: { redis_url: 'redis://file' } } });
  const config = loadLauncherConfig(home.paths, home.with({ PICOCLAW_REDIS_URL: 'redis://:pw@env' }));
  expect(config.cluster.redis_url?.reveal()).toBe('redis://:pw@env');
  expect(JSON.stringify(config)).not.toContain('pw@env');
});

test('the option table has a meaning for every option', () => {
  for (const option of launcherOptions) expect(option.meaning, option.key).not.toBe('');
});

test('a long base path that is none is refused at once', () => {
  const { paths, environment } = aHome({ 'launcher-config.json': { base_path: `/${'a'.repeat(50_000)}!` } });
  expect(() => loadLauncherConfig(paths, environment)).toThrow(/base_path/);
});
