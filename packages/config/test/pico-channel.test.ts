import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ensurePicoChannel, loadGatewayConfig, resolveChannelToken } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { configErrorOf } from './support/problems.ts';

test('an empty home gets the channel and a private token, once', async () => {
  const home = aHome();
  const first = await ensurePicoChannel(home.paths, home.environment);
  expect(first.changed.toSorted()).toEqual([home.paths.configFile, home.paths.securityFile].toSorted());
  expect(home.json('config.json')).toEqual({ channels: { pico: { enabled: true } } });
  expect(home.read('.security.yml')).toMatch(/^channels:\n {2}pico:\n {4}token: "?[\w-]{43}"?\n$/);
  expect(home.mode('.security.yml')).toBe(0o600);
  expect(await ensurePicoChannel(home.paths, home.environment)).toEqual({ changed: [] });
});

test('a file with a channel list keeps that layout', async () => {
  const config = {
    version: 3,
    channel_list: { telegram: { type: 'telegram', enabled: true, settings: { token: 't' } } },
  };
  const home = aHome({
    'config.json': config,
    '.security.yml': 'channel_list:\n  telegram: { settings: { token: t } }\n',
  });
  await ensurePicoChannel(home.paths, home.environment);
  expect(home.json('config.json')).toEqual({
    ...config,
    channel_list: { ...config.channel_list, pico: { type: 'pico', enabled: true } },
  });
  expect(home.read('.security.yml')).toMatch(/^channel_list:\n {2}telegram: .*\n {2}pico:\n {4}settings:\n {6}token: /);
  expect(loadGatewayConfig(home.paths, home.environment).channels.pico.enabled).toBe(true);
  expect(resolveChannelToken(home.paths, home.environment).value).toBeDefined();
});

test('a disabled channel is turned on and its token kept', async () => {
  const home = aHome({
    'config.json': { channel_list: { web: { type: 'pico', enabled: false, settings: { token: 'kept' } } } },
  });
  const { changed } = await ensurePicoChannel(home.paths, home.environment);
  expect(changed).toEqual([home.paths.configFile]);
  expect(home.json('config.json')).toEqual({
    channel_list: { web: { type: 'pico', enabled: true, settings: { token: 'kept' } } },
  });
});

test('a token of the environment is enough and is not written down', async () => {
  const home = aHome();
  const environment = home.with({ PICOCLAW_CHANNELS_PICO_TOKEN: 's3cr3t', PICOCLAW_CHANNELS_PICO_ENABLED: 'true' });
  expect(await ensurePicoChannel(home.paths, environment)).toEqual({ changed: [] });
  const { changed } = await ensurePicoChannel(home.paths, home.with({ PICOCLAW_GATEWAY_TOKEN: 's3cr3t' }));
  expect(changed).toEqual([home.paths.configFile]);
  expect(home.read('config.json')).not.toContain('s3cr3t');
});

test('a home that cannot be written works when nothing is missing', async () => {
  const home = aHome({ 'config.json': { channels: { pico: { enabled: true, token: 'x' } } } });
  chmodSync(home.paths.home, 0o500);
  try {
    expect(await ensurePicoChannel(home.paths, home.environment)).toEqual({ changed: [] });
  } finally {
    chmodSync(home.paths.home, 0o700);
  }
});

test('several launchers at once agree on one token', async () => {
  const home = aHome();
  const results = await Promise.all(Array.from({ length: 5 }, () => ensurePicoChannel(home.paths, home.environment)));
  expect(results.filter(({ changed }) => changed.length > 0)).toHaveLength(1);
});

test('a configuration that does not load is not touched', async () => {
  const home = aHome({ 'config.json': { gateway: { port: 'x' } } });
  await configErrorOf(() => ensurePicoChannel(home.paths, home.environment));
  expect(home.json('config.json')).toEqual({ gateway: { port: 'x' } });
});
