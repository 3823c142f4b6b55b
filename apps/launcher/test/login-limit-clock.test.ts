import fastify from 'fastify';
import { expect, onTestFinished, test, vi } from 'vitest';
import { loginLimit } from '../src/access/login-limit.ts';
import { counters } from '../src/metrics/counters.ts';

test('the budget is back when the minute is over, and the wait that was named is true', async () => {
  const clock = { now: 0 };
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(counters);
  await app.register(loginLimit, { attemptsPerMinute: 3, now: () => clock.now });
  app.get('/', (request) => app.loginLimit.attempt(request));
  const attempt = async () => (await app.inject('/')).json();

  for (let count = 0; count < 3; count += 1) expect(await attempt()).toEqual({ allowed: true });
  clock.now = 20_000;
  expect(await attempt()).toEqual({ allowed: false, retryAfterS: 40 });
  clock.now = 59_999;
  expect(await attempt()).toEqual({ allowed: false, retryAfterS: 1 });
  clock.now = 60_000;
  expect(await attempt()).toEqual({ allowed: true });
});

test('the clock is one that nobody can set, so a changed date bans nobody', async () => {
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(counters);
  await app.register(loginLimit, { attemptsPerMinute: 1 });
  app.get('/', (request) => app.loginLimit.attempt(request));
  const date = vi.spyOn(Date, 'now');
  const oneYearMs = 365 * 86_400_000;
  await app.inject('/');
  date.mockReturnValue(performance.timeOrigin + oneYearMs);
  const { retryAfterS } = (await app.inject('/')).json();
  expect(retryAfterS).toBeLessThanOrEqual(60);
  date.mockReturnValue(performance.timeOrigin - oneYearMs);
  expect((await app.inject('/')).json().retryAfterS).toBeLessThanOrEqual(60);
});
