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
