import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aLauncher, type TestLauncher, TOKEN } from './build-test-launcher.ts';

const headers = { authorization: `Bearer ${TOKEN}` };
const url = '/api/system/launcher-config';
const put = ({ app }: TestLauncher, payload: object) => app.inject({ method: 'PUT', url, payload, headers });
const stored = ({ paths }: TestLauncher) => JSON.parse(readFileSync(paths.launcherConfigFile, 'utf8'));

test('the settings are shown without the token', async () => {
  const { app } = await aLauncher({ config: { port: 18_900 } });
  const reply = await app.inject({ url, headers });
  expect(reply.json()).toMatchObject({ port: 18_900, public: false, allowed_hosts: [] });
  expect(reply.body).not.toContain(TOKEN);
  expect(Object.keys(reply.json())).not.toEqual(expect.arrayContaining(['launcher_token', 'setup_pending', 'cluster']));
});

test('a change is stored beside what else stands in the file', async () => {
  const launcher = await aLauncher({ config: { unknown_key: 1 } });
  const reply = await put(launcher, { allowed_hosts: ['pico.example'], port: 18_901 });
  expect(reply.json()).toMatchObject({ status: 'ok', restart_required: true, config: { port: 18_901 } });
  expect(stored(launcher)).toEqual({
    ...{ launcher_token: TOKEN, unknown_key: 1 },
    ...{ allowed_hosts: ['pico.example'], port: 18_901 },
  });
});

test.each<[string, object]>([
  ['the token', { launcher_token: 'another-token' }],
  ['the first run', { setup_pending: true }],
  ['a secret within a group', { cluster: { redis_url: 'redis://x' } }],
  ['what nobody knows', { colour: 'red' }],
  ['a port that is none', { port: 70_000 }],
  ['a port of another type', { port: '80' }],
  ['a network that is none', { allowed_cidrs: ['10.0.0.0/33'] }],
  ['a path that climbs', { base_path: '/../x' }],
  ['one good and one bad value', { port: 18_902, allowed_hosts: 'x' }],
  ['an array', [1]],
])('%s cannot be changed there, and nothing is written', async (_what, payload) => {
  const launcher = await aLauncher();
  const reply = await put(launcher, payload);
  expect([reply.statusCode, reply.json().error]).toEqual([400, 'invalid_body']);
  expect(stored(launcher)).toEqual({ launcher_token: TOKEN });
});

test('the refusal names each setting, for whoever shows it there', async () => {
  const launcher = await aLauncher();
  const reply = await put(launcher, { port: 70_000, allowed_cidrs: ['10.0.0.1'], colour: 'red' });
  expect(reply.json()).toEqual({
    error: 'invalid_body',
    message: expect.stringContaining('port must be a whole number from 1 to 65535'),
    issues: [
      { key: 'port', message: 'must be a whole number from 1 to 65535, not this number' },
      { key: 'allowed_cidrs', message: 'must be a list of address ranges such as 192.168.1.0/24, not this array' },
      { key: 'colour', message: 'cannot be changed here' },
    ],
  });
});

test('each setting tells where it comes from, and one of the environment is changed there', async () => {
  const launcher = await aLauncher({ config: { public: true }, variables: { PICOCLAW_LAUNCHER_PORT: '18950' } });
  const { sources, fixed } = (await launcher.app.inject({ url, headers })).json();
  expect(sources).toMatchObject({
    port: { source: 'env', from: 'PICOCLAW_LAUNCHER_PORT' },
    public: { source: 'file', from: launcher.paths.launcherConfigFile },
    base_path: { source: 'default' },
  });
  expect(fixed).toEqual(['port']);
  const reply = await put(launcher, { port: 18_951 });
  expect(reply.statusCode).toBe(400);
  expect(reply.json().issues).toEqual([
    { key: 'port', message: 'comes from PICOCLAW_LAUNCHER_PORT and is changed there' },
  ]);
});

test('in an installed service the file beats the environment, so it can be changed', async () => {
  const variables = { PICOCLAW_LAUNCHER_PORT: '18950', PICOCLAW_SERVICE_KIND: 'launcher' };
  const launcher = await aLauncher({ variables });
  expect((await put(launcher, { port: 18_951 })).json()).toMatchObject({ config: { port: 18_951, fixed: [] } });
});

test('what waits for a restart is told until the running values are the stored ones', async () => {
  const launcher = await aLauncher({ config: { port: 18_900 } });
  const pending = async () => (await launcher.app.inject({ url, headers })).json().restart_pending;
  expect(await pending()).toEqual([]);
  expect((await put(launcher, { port: 18_901, base_path: '/claw/' })).json().config).toMatchObject({
    ...{ base_path: '/claw', restart_pending: ['port', 'base_path'] },
  });
  expect((await put(launcher, { port: 18_900, base_path: null })).json()).toMatchObject({ restart_required: false });
  expect(await pending()).toEqual([]);
  expect(stored(launcher)).toEqual({ launcher_token: TOKEN, port: 18_900 });
});

test('a file that was broken meanwhile is a fault that is named', async () => {
  const launcher = await aLauncher();
  writeFileSync(launcher.paths.launcherConfigFile, '{ broken');
  const reply = await launcher.app.inject({ url, headers });
  expect([reply.statusCode, reply.json().error]).toEqual([503, 'config_unavailable']);
  expect(reply.body).not.toContain('broken');
});

test('the version is told to who may know it', async () => {
  const { app } = await aLauncher();
  const reply = await app.inject({ url: '/api/system/version', headers });
  expect(reply.json()).toEqual({ version: '0.0.0-test', node: process.versions.node });
});

test('health and readiness are open and say nothing else', async () => {
  const { app } = await aLauncher();
  expect((await app.inject('/health')).json()).toEqual({ status: 'ok' });
  expect((await app.inject('/ready')).json()).toEqual({ status: 'ready' });
});
