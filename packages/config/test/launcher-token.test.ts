import { Secret } from '@picoclaw/auth';
import { expect, test } from 'vitest';
import { findLauncherToken, registerLauncherToken, resolveLauncherToken } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { configErrorOf } from './support/problems.ts';

test('without any token a random one is made, kept privately, and reused as random until setup', async () => {
  const home = aHome();
  const first = await resolveLauncherToken(home.paths, home.environment);
  expect(first.source).toBe('random');
  expect(first.value.reveal()).toMatch(/^[\w-]{43}$/);
  expect(home.json('launcher-config.json')).toEqual({ launcher_token: first.value.reveal(), setup_pending: true });
  expect(home.mode('launcher-config.json')).toBe(0o600);

  const second = await resolveLauncherToken(home.paths, home.environment);
  expect(second.source).toBe('random');
  expect(second.value.equals(first.value)).toBe(true);
});

test('setup replaces the pending token, and from then on the source is the file', async () => {
  const home = aHome({ 'launcher-config.json': { allowed_cidrs: ['10.0.0.0/8'] } });
  const { value } = await resolveLauncherToken(home.paths, home.environment);
  const registered = await registerLauncherToken(home.paths, { token: new Secret('chosen'), expectedPending: value });
  expect(registered).toEqual({ ok: true });
  expect(home.json('launcher-config.json')).toEqual({ allowed_cidrs: ['10.0.0.0/8'], launcher_token: 'chosen' });
  const after = await resolveLauncherToken(home.paths, home.environment);
  expect(after).toMatchObject({ source: 'config', from: `${home.paths.launcherConfigFile}: launcher_token` });
});

test('of two setups at the same time one wins', async () => {
  const home = aHome();
  const { value: expectedPending } = await resolveLauncherToken(home.paths, home.environment);
  const outcomes = await Promise.all(
    ['one', 'two'].map((name) => registerLauncherToken(home.paths, { token: new Secret(name), expectedPending })),
  );
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  expect(outcomes).toContainEqual({ ok: false, reason: 'not_pending' });
});

test('setup is refused when the pending token is another one or there is none', async () => {
  const home = aHome({ 'launcher-config.json': { launcher_token: 'a', setup_pending: true } });
  const token = new Secret('new');
  expect(await registerLauncherToken(home.paths, { token, expectedPending: new Secret('b') })).toEqual({
    ok: false,
    reason: 'token_changed',
  });
  home.write('launcher-config.json', { launcher_token: 'a' });
  expect(await registerLauncherToken(home.paths, { token, expectedPending: new Secret('a') })).toEqual({
    ok: false,
    reason: 'not_pending',
  });
  expect(home.json('launcher-config.json')).toEqual({ launcher_token: 'a' });
});

test('a token of the environment counts, is never written, and shadows the file', async () => {
  const home = aHome();
  const environment = home.with({ PICOCLAW_LAUNCHER_TOKEN: ' from-env ' });
  const alone = await resolveLauncherToken(home.paths, environment);
  expect(alone).toMatchObject({ source: 'env', from: 'PICOCLAW_LAUNCHER_TOKEN', shadowed: [] });
  expect(alone.value.reveal()).toBe('from-env');
  expect(() => home.read('launcher-config.json')).toThrow();

  home.write('launcher-config.json', { launcher_token: 'from-file' });
  expect(await resolveLauncherToken(home.paths, environment)).toMatchObject({
    source: 'env',
    shadowed: [{ source: 'file', differs: true }],
  });
  const service = home.with({ PICOCLAW_LAUNCHER_TOKEN: 'from-env', PICOCLAW_SERVICE_KIND: 'launcher' });
  expect(await resolveLauncherToken(home.paths, service)).toMatchObject({
    source: 'config',
    shadowed: [{ source: 'env' }],
  });
});

test('a blank token in the file counts as none', async () => {
  const home = aHome({ 'launcher-config.json': { launcher_token: '  ', keep: 1 } });
  expect(findLauncherToken(home.paths, home.environment)).toBeUndefined();
  expect(await resolveLauncherToken(home.paths, home.environment)).toMatchObject({ source: 'random' });
  expect(home.json('launcher-config.json')['keep']).toBe(1);
});

test('a file that cannot be understood is fatal and stays as it is', async () => {
  for (const content of [
    '',
    '{"launcher_token": 5}',
    '{"launcher_token": "env://UNSET"}',
    '{ "launcher_token": "s3cr3t',
    '[]',
  ]) {
    const home = aHome({ 'launcher-config.json': content });
    const error = await configErrorOf(() => resolveLauncherToken(home.paths, home.environment));
    expect(error.code).toBe('config_invalid');
    expect(error.message).toContain(home.paths.launcherConfigFile);
    expect(error.message).not.toContain('s3cr3t');
    expect(home.read('launcher-config.json')).toBe(content);
  }
});

test('without random numbers there is an error and never a token', async () => {
  const home = aHome();
  const randomBytes = () => {
    throw new Error('entropy is gone');
  };
  const error = await configErrorOf(() => resolveLauncherToken(home.paths, home.environment, { randomBytes }));
  expect(error.code).toBe('random_unavailable');
  expect(() => home.read('launcher-config.json')).toThrow();
});
