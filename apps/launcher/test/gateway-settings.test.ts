import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aLauncher, type TestLauncher, TOKEN } from './build-test-launcher.ts';
import { aGateway, valuesOf } from './fixtures/a-gateway.ts';

const headers = { authorization: `Bearer ${TOKEN}` };
const url = '/api/system/gateway-config';
const put = ({ app }: TestLauncher, payload: object) => app.inject({ method: 'PUT', url, payload, headers });
const stored = ({ paths }: TestLauncher) => JSON.parse(readFileSync(paths.configFile, 'utf8'));
const PING = 'channels.pico.ping_interval';
const CONFIG = { mine: 1, channels: { pico: { enabled: true, token: 'channel-secret', ping_interval: 9 }, other: {} } };

test('the settings of the channel are shown with where they come from, and no token is among them', async () => {
  const security = 'channels:\n  pico:\n    read_timeout: 70\n';
  const { app, paths } = await aLauncher({
    files: { 'config.json': CONFIG, '.security.yml': security },
    variables: { PICOCLAW_LOG_LEVEL: 'warn' },
  });
  const reply = await app.inject({ url, headers });
  const body = reply.json();
  expect(body).toMatchObject({
    ...{ [PING]: 9, 'channels.pico.read_timeout': 70, 'channels.pico.allow_origins': [], 'gateway.log_level': 'warn' },
    fixed: ['gateway.log_level', 'channels.pico.read_timeout'],
  });
  expect(body.sources).toMatchObject({
    [PING]: { source: 'file', from: paths.configFile },
    'channels.pico.read_timeout': { source: 'file', from: paths.securityFile },
    'gateway.log_level': { source: 'env', from: 'PICOCLAW_LOG_LEVEL' },
    'gateway.hot_reload': { source: 'default' },
  });
  expect(reply.body).not.toContain('channel-secret');
  expect(Object.keys(body).filter((key) => /token$|enabled|client/.test(key))).toEqual([]);
});

test('a change is stored beside what else stands in the file, and without a gateway nothing is reloaded', async () => {
  const launcher = await aLauncher({ files: { 'config.json': CONFIG } });
  const reply = await put(launcher, { [PING]: 20, 'channels.pico.allow_origins': [' https://a.example '] });
  expect(reply.json()).toMatchObject({
    ...{ status: 'ok', reloaded: false, restart_required: false },
    config: { [PING]: 20, 'channels.pico.allow_origins': ['https://a.example'] },
  });
  const pico = { ...CONFIG.channels.pico, ping_interval: 20, allow_origins: ['https://a.example'] };
  expect(stored(launcher)).toEqual({ ...CONFIG, channels: { pico, other: {} } });
});

test('a gateway that runs has taken the change over when the answer comes', async () => {
  const launcher = await aLauncher({ files: { 'config.json': CONFIG } });
  const gateway = await aGateway({
    pidFile: launcher.paths.pidFile,
    onRequest: (_request, response) => response.end('{"status":"reloaded","restart_needed":["gateway.port"]}'),
  });
  const reply = await put(launcher, { [PING]: 20 });
  expect(reply.json()).toMatchObject({ reloaded: true, restart_required: true });
  expect(gateway.seen.map(({ method, url: path }) => `${method} ${path}`)).toEqual(['POST /reload?wait=1']);
  expect(valuesOf(gateway.seen[0], 'authorization')).toHaveLength(1);
});

test('what is wrong is told for each setting, and nothing is written', async () => {
  const launcher = await aLauncher({ files: { 'config.json': CONFIG }, variables: { PICOCLAW_LOG_LEVEL: 'warn' } });
  const reply = await put(launcher, {
    ...{ [PING]: 0, 'channels.pico.read_timeout': 30, 'channels.pico.when_busy': 'shout', 'gateway.log_level': 'info' },
    ...{ 'channels.pico.token': 'another', 'channels.pico.enabled': false, 'gateway.port': 1 },
  });
  expect([reply.statusCode, reply.json().error]).toEqual([400, 'invalid_body']);
  expect(reply.json().issues).toEqual([
    { key: PING, message: 'must be a whole number of at least 1, not this number' },
    { key: 'channels.pico.when_busy', message: 'must be one of wait, cancel, not this string' },
    { key: 'gateway.log_level', message: 'comes from PICOCLAW_LOG_LEVEL and is changed there' },
    { key: 'channels.pico.token', message: 'cannot be changed here' },
    { key: 'channels.pico.enabled', message: 'cannot be changed here' },
    { key: 'gateway.port', message: 'cannot be changed here' },
  ]);
  expect(stored(launcher)).toEqual(CONFIG);
});

test('nobody sees or changes them without the launcher token or a session', async () => {
  const { app } = await aLauncher({ files: { 'config.json': CONFIG } });
  expect((await app.inject(url)).statusCode).toBe(401);
  expect((await app.inject({ method: 'PUT', url, payload: { [PING]: 20 } })).statusCode).toBe(401);
});
