import { expect, test } from 'vitest';
import { createAttemptStore } from '../src/access/attempt-store.ts';

const WINDOW_MS = 60_000;

function aStore() {
  const clock = { now: 1_000 };
  const store = new (createAttemptStore(() => clock.now))();
  const ask = (method: 'incr' | 'read', key: string) => {
    let answer = { current: -1, ttl: -1 };
    store[method](
      key,
      (_error, result) => {
        answer = result;
      },
      WINDOW_MS,
    );
    return answer;
  };
  return { clock, attempt: (key: string) => ask('incr', key), look: (key: string) => ask('read', key) };
}

test('counts within a fixed window and starts over behind it', () => {
  const { clock, attempt } = aStore();
  expect(attempt('a')).toEqual({ current: 1, ttl: WINDOW_MS });
  clock.now += 59_999;
  expect(attempt('a')).toEqual({ current: 2, ttl: 1 });
  clock.now += 1;
  expect(attempt('a')).toEqual({ current: 1, ttl: WINDOW_MS });
});

test('a look counts nothing', () => {
  const { attempt, look } = aStore();
  expect(look('a').current).toBe(0);
  attempt('a');
  expect([look('a').current, look('a').current]).toEqual([1, 1]);
});

test('trying on does not make the window longer', () => {
  const { clock, attempt } = aStore();
  for (let second = 0; second < 60; second += 1) {
    attempt('a');
    clock.now += 1_000;
  }
  expect(attempt('a').current).toBe(1);
});

test('filling the table never frees a client that is counted', () => {
  const { attempt, look } = aStore();
  for (let count = 0; count < 50; count += 1) attempt('blocked');
  for (let stranger = 0; stranger < 100_000; stranger += 1) attempt(`stranger ${stranger}`);
  expect(look('blocked').current).toBe(50);
  expect(attempt('blocked').current).toBe(51);
});

test('clients that find no place share one budget, until windows end', () => {
  const { clock, attempt } = aStore();
  for (let stranger = 0; stranger < 20_000; stranger += 1) attempt(`stranger ${stranger}`);
  attempt('late 1');
  expect(attempt('late 2').current).toBe(2);
  clock.now += WINDOW_MS;
  expect(attempt('late 3').current).toBe(1);
});
