import { randomBytes } from 'node:crypto';
import { createHubClient } from '@picoclaw/client';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { startRedis } from '../../packages/hub/test/support/redis-server.ts';
import { api } from '../support/api.ts';
import { freshHome } from '../support/home.ts';
import { built, run, startLauncher } from '../support/processes.ts';
import { signIn } from '../support/sign-in.ts';

const TOKEN = 'launcher-token-for-tests';

/** Who watches the notices of a launcher: the messages that came, in order. */
async function watchNotices(url: string): Promise<string[]> {
  const client = createHubClient({
    url: `${url.replace('http', 'ws')}/api/events`,
    token: TOKEN,
    tokenIn: 'header',
    webSocket: WebSocket,
  });
  onTestFinished(() => client.close());
  const heard: string[] = [];
  client.subscribe('launcher:notices', ({ data }) => heard.push((data as { code: string }).code));
  // It is told at once how things are, and requests are taken in order.
  await new Promise((resolve) => client.subscribe('gateway:status', resolve));
  return heard;
}

it('launchers that share a Redis tell each other what happens and who signs out, and /ready says when they cannot', async () => {
  const redis = await startRedis();
  const key = randomBytes(32).toString('hex');
  const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN, PICOCLAW_REDIS_URL: redis.url, PICOCLAW_SESSION_KEY: key };
  const one = await startLauncher({ home: freshHome(), env });
  const other = await startLauncher({ home: freshHome(), env });
  const ready = async (url: string) => {
    const reply = await fetch(`${url}/ready`);
    return [reply.status, await reply.json()];
  };
  for (const { url } of [one, other]) await expect.poll(() => ready(url)).toEqual([200, { status: 'ready' }]);
  const here = await watchNotices(one.url);
  const there = await watchNotices(other.url);
  const rotate = () => api(one.url, TOKEN).post('/api/pico/token');

  await rotate();
  await expect.poll(() => [here, there]).toEqual([['channel_token_rotated'], ['channel_token_rotated']]);

  const headers = { cookie: await signIn(one.url, TOKEN), 'sec-fetch-site': 'same-origin' };
  const isKnownThere = async () =>
    (await (await fetch(`${other.url}/api/auth/status`, { headers })).json()).authenticated;
  expect(await isKnownThere()).toBe(true);
  await fetch(`${one.url}/logout`, { method: 'POST', headers });
  await expect.poll(isKnownThere).toBe(false);

  await redis.kill();
  const problems = [expect.stringContaining('Redis')];
  for (const { url } of [one, other])
    await expect.poll(() => ready(url), { timeout: 10_000 }).toEqual([503, { status: 'not ready', problems }]);
  await rotate();
  // Nobody here waits for what is between the launchers.
  await expect.poll(() => here).toHaveLength(2);
  expect(there).toHaveLength(1);

  await redis.start();
  await expect.poll(() => there, { timeout: 20_000 }).toHaveLength(2);
  for (const { url } of [one, other])
    await expect.poll(() => ready(url), { timeout: 20_000 }).toEqual([200, { status: 'ready' }]);
  expect(one.output() + other.output()).not.toContain(redis.url);
});

it('an address of Redis that cannot be one ends the start with where it comes from, and never shows it', async () => {
  const launcher = run(built('cli.js'), {
    home: freshHome(),
    args: ['--no-browser'],
    env: { PICOCLAW_REDIS_URL: 'http://:hunter2@localhost' },
  });
  expect(await launcher.exited).toBe(78);
  expect(launcher.output()).toMatch(/^error: .*PICOCLAW_REDIS_URL: cluster\.redis_url: [^\n]+\n$/);
  expect(launcher.output()).not.toContain('hunter2');
});
