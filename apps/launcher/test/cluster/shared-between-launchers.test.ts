import { parseRedisAddress } from '@picoclaw/hub';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type RedisServer, startRedis } from '../../../../packages/hub/test/support/redis-server.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import { aLauncher, cookieOf, signIn, type TestLauncher, TOKEN } from '../build-test-launcher.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const OTHER_TOKEN = 'another-token-altogether';

/** A launcher that shares key and Redis with others. */
async function aMember(
  redis: RedisServer,
  { answerWithinMs = 10_000, ...options }: Parameters<typeof aLauncher>[0] & { readonly answerWithinMs?: number } = {},
): Promise<TestLauncher> {
  const address = () => parseRedisAddress(redis.url);
  const cluster = createCluster({ address, logger: pino({ level: 'silent' }), answerWithinMs });
  onTestFinished(() => cluster.close());
  const launcher = await aLauncher({
    ...{ variables: { PICOCLAW_SESSION_KEY: KEY }, override: { cluster } },
    ...options,
    config: { login_attempts_per_minute: 5, ...options.config },
  });
  await launcher.app.ready();
  await expect.poll(() => cluster.isAway).toBe(false);
  return launcher;
}

const post = ({ app }: TestLauncher, url: string, payload: object, cookie = '') =>
  app.inject({ method: 'POST', url, payload, headers: { cookie, 'sec-fetch-site': 'same-origin' } });
const guess = async (launcher: TestLauncher) => (await post(launcher, '/login', { token: 'a guess' })).statusCode;
const knows = async ({ app }: TestLauncher, cookie: string): Promise<boolean> =>
  (await app.inject({ url: '/api/auth/status', headers: { cookie } })).json().authenticated;
const readiness = async ({ app }: TestLauncher) => (await app.inject('/ready')).statusCode;

test('attempts count together, wherever they are made; without Redis each launcher goes by what it has seen', async () => {
  const redis = await startRedis();
  const [one, other] = [await aMember(redis), await aMember(redis)];
  expect([await guess(one), await guess(one), await guess(one)]).toEqual([401, 401, 401]);
  expect([await guess(other), await guess(other), await guess(other)]).toEqual([401, 401, 429]);
  expect(await guess(one)).toBe(429);
  expect([await readiness(one), await readiness(other)]).toEqual([200, 200]);

  await redis.kill();
  await expect.poll(() => readiness(one)).toBe(503);
  // Three were counted here before, and one that was not evaluated.
  expect([await guess(one), await guess(one)]).toEqual([401, 429]);
});

test('200 guesses at one moment at two launchers: as many are evaluated as one client has', async () => {
  const redis = await startRedis();
  const [one, other] = [await aMember(redis), await aMember(redis)];
  const statuses = await Promise.all(Array.from({ length: 200 }, (_, at) => guess(at % 2 === 0 ? one : other)));
  expect(statuses.filter((status) => status === 401)).toHaveLength(5);
  expect(statuses.filter((status) => status === 429)).toHaveLength(195);
});

test('a Redis that hangs is waited for once, and the limit goes on', async () => {
  const redis = await startRedis();
  const one = await aMember(redis, { answerWithinMs: 500 });
  redis.pause();
  onTestFinished(() => redis.resume());
  const startedAt = performance.now();
  for (let times = 0; times < 5; times += 1) expect(await guess(one)).toBe(401);
  expect(await guess(one)).toBe(429);
  // Each would wait half a second, four times, if it were asked again and again.
  expect(performance.now() - startedAt).toBeLessThan(6_000);
});

test('who signs out at one launcher is signed out at all, also at one that starts later', async () => {
  const redis = await startRedis();
  const [one, other] = [await aMember(redis), await aMember(redis)];
  const [cookie, staying] = [await signIn(one), await signIn(one)];
  expect([await knows(other, cookie), await knows(other, staying)]).toEqual([true, true]);
  await post(one, '/logout', {}, cookie);
  await expect.poll(() => knows(other, cookie)).toBe(false);
  const later = await aMember(redis);
  await expect.poll(() => knows(later, cookie)).toBe(false);
  expect([await knows(other, staying), await knows(later, staying)]).toEqual([true, true]);
});

test('signing out everywhere means everywhere, also what happens while Redis is away', async () => {
  const redis = await startRedis();
  const [one, other] = [await aMember(redis), await aMember(redis)];
  const [mine, stolen] = [await signIn(one), await signIn(other)];
  await redis.kill();
  await expect.poll(() => readiness(one)).toBe(503);
  await post(one, '/logout', { everywhere: true }, mine);
  expect([await knows(one, stolen), await knows(other, stolen)]).toEqual([false, true]);
  await redis.start();
  await expect.poll(() => knows(other, stolen), { timeout: 15_000 }).toBe(false);
  const again = await signIn(other);
  await expect.poll(() => knows(one, again)).toBe(true);
  expect(await knows(other, again)).toBe(true);
});

test('another token at one launcher of a home is the token at all of them, and ends what the old one had opened', async () => {
  const redis = await startRedis();
  const one = await aMember(redis);
  const other = await aMember(redis, { home: one.home });
  const [mine, stolen] = [await signIn(one), await signIn(other)];
  const change = { token: OTHER_TOKEN, confirm: OTHER_TOKEN, current_token: TOKEN };
  const changed = await post(one, '/setup', change, mine);
  expect(changed.statusCode).toBe(200);
  await expect.poll(() => knows(other, stolen)).toBe(false);
  expect(await knows(other, cookieOf(changed))).toBe(true);
  const signInWith = async (token: string) => (await post(other, '/login', { token })).statusCode;
  expect([await signInWith(TOKEN), await signInWith(OTHER_TOKEN)]).toEqual([401, 200]);
});

test('what claims to come from a time to come, or is no note of ours, ends neither sessions nor the process', async () => {
  const redis = await startRedis();
  const [one, other] = [await aMember(redis), await aMember(redis)];
  const client = redis.client();
  const [staying, leaving] = [await signIn(one), await signIn(one)];
  for (const text of [JSON.stringify({ validFrom: Date.now() + 10 ** 12 }), '{"validFrom":"x"', 'null']) {
    await client.set('picoclaw:sessions:all-ended', text);
    await client.publish('picoclaw:sessions', 'x');
  }
  // Messages come in order: what was learnt last shows that those before were looked at.
  await post(one, '/logout', {}, leaving);
  await expect.poll(() => knows(other, leaving)).toBe(false);
  expect(await knows(other, staying)).toBe(true);
  await client.set('picoclaw:sessions:ended', 'no list');
  await client.publish('picoclaw:sessions', 'x');
  expect(await guess(other)).toBe(401);
  expect(await knows(other, staying)).toBe(true);
});
