import type { InjectOptions } from 'fastify';
import { expect, test } from 'vitest';
import { TOKEN } from '../build-test-launcher.ts';
import { aGateway } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';

/** A launcher that does something at the moment in which it looks for the gateway. */
async function launcherThatMeanwhile(doSomething: (launcher: Awaited<ReturnType<typeof aRunningLauncher>>) => unknown) {
  let findGateway: () => Promise<unknown> = async () => ({ state: 'absent', reason: 'not yet' });
  const launcher = await aRunningLauncher({ override: { findGateway: () => findGateway() as never } });
  const { port, record, seen } = await aGateway({ pidFile: launcher.paths.pidFile });
  findGateway = async () => {
    await doSomething(launcher);
    const place = { host: '127.0.0.1', port, isSecure: false, basePath: '', isOurs: true };
    return { state: 'running', ...place, token: record.token };
  };
  /** Of what the gateway was asked for, the upgrades. */
  const upgrades = () => seen.filter(({ url }) => url.startsWith('/pico/ws'));
  return { launcher, upgrades };
}

const asked = (url: string, payload: object): InjectOptions => ({
  ...{ method: 'POST', url, payload },
  headers: { authorization: `Bearer ${TOKEN}` },
});
const anotherToken = asked('/setup', { current_token: TOKEN, token: 'another-token', confirm: 'another-token' });
const rotate = asked('/api/pico/token', {});

test('a launcher token that is changed while the gateway is looked for opens no socket any more', async () => {
  const { launcher, upgrades } = await launcherThatMeanwhile(async ({ app }) => {
    expect((await app.inject(anotherToken)).statusCode).toBe(200);
  });
  expect((await launcher.upgrade('/pico/ws', { Authorization: `Bearer ${TOKEN}` })).status).toBe(403);
  expect(upgrades()).toEqual([]);
});

test('neither does a channel token that is rotated at that moment', async () => {
  const { launcher, upgrades } = await launcherThatMeanwhile(async ({ app }) => {
    expect((await app.inject(rotate)).statusCode).toBe(200);
  });
  const old = launcher.channelToken();
  expect((await launcher.upgrade('/pico/ws', { Authorization: `Bearer ${old}` })).status).toBe(403);
  expect(upgrades()).toEqual([]);
});

test('whose right does not depend on what is changed gets in', async () => {
  const { launcher, upgrades } = await launcherThatMeanwhile(({ app }) => app.inject(rotate));
  expect((await launcher.upgrade('/pico/ws', { Authorization: `Bearer ${TOKEN}` })).status).toBe(101);
  const { cookie: Cookie, origin: Origin } = launcher;
  expect((await launcher.upgrade('/pico/ws', { Cookie, Origin })).status).toBe(101);
  expect(upgrades()).toHaveLength(2);
});
