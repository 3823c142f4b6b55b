import fastify, { type FastifyRequest } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { loginLimit } from '../src/access/login-limit.ts';
import { counters } from '../src/metrics/counters.ts';

const WINDOW_MS = 60_000;

async function aLimit() {
  const clock = { now: 0 };
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(counters);
  await app.register(loginLimit, { attemptsPerMinute: 10, now: () => clock.now });
  await app.ready();
  const from = (ip: string) => ({ ip, routeOptions: { config: {} } }) as FastifyRequest;
  return {
    clock,
    attempt: async (ip: string) => (await app.loginLimit.attempt(from(ip))).allowed,
    look: async (ip: string) => (await app.loginLimit.peek(from(ip))).allowed,
  };
}

/** Of another /64 each, so another client each. */
const strangers = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `2001:db8:${(index >> 16).toString(16)}:${(index & 0xffff).toString(16)}::1`,
  );

test('more clients than are remembered free nobody who is blocked, and those that find no place share one budget', async () => {
  const { clock, attempt, look } = await aLimit();
  for (let count = 0; count < 10; count += 1) expect(await attempt('192.0.2.66')).toBe(true);
  expect(await attempt('192.0.2.66')).toBe(false);
  clock.now = 1_000;
  const allowed = await Promise.all(strangers(30_000).map(attempt));
  // One is blocked already; of those without a place ten are heard.
  expect(allowed.filter(Boolean)).toHaveLength(20_000 - 1 + 10);
  expect([await attempt('192.0.2.66'), await look('192.0.2.66')]).toEqual([false, false]);
  // Who has a place keeps it.
  expect(await look('2001:db8:0:7::2')).toBe(true);

  clock.now = WINDOW_MS + 1_000;
  for (const ip of ['192.0.2.66', '203.0.113.1', '2001:db8:0:7::1'])
    expect([ip, await attempt(ip)]).toEqual([ip, true]);
});
