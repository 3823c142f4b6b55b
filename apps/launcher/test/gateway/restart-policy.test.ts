import { expect, test } from 'vitest';
import { createRestartPolicy } from '../../src/gateway/restart-policy.ts';

function aPolicy() {
  let at = 0;
  const policy = createRestartPolicy({ now: () => at });
  return {
    policy,
    pass: (ms: number) => {
      at += ms;
    },
  };
}

test('the delay doubles from one second to thirty', () => {
  const { policy, pass } = aPolicy();
  const delays = Array.from({ length: 7 }, () => {
    pass(20_000);
    const decision = policy.died({ code: 1, upMs: 100 });
    return decision.restart && decision.delayMs;
  });
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test('a minute of life resets the delay', () => {
  const { policy, pass } = aPolicy();
  policy.died({ code: 1, upMs: 100 });
  pass(70_000);
  policy.died({ code: 1, upMs: 100 });
  pass(70_000);
  expect(policy.died({ code: 1, upMs: 60_000 })).toEqual({ restart: true, delayMs: 1_000 });
});

test('the fifth death within a minute is a loop', () => {
  const { policy, pass } = aPolicy();
  for (const _ of Array.from({ length: 4 })) {
    expect(policy.died({ code: null, upMs: 0 })).toMatchObject({ restart: true });
    pass(14_000);
  }
  expect(policy.died({ code: null, upMs: 0 })).toEqual({
    restart: false,
    reason: 'it died 5 times within a minute',
  });
});

test('five deaths in more than a minute are no loop', () => {
  const { policy, pass } = aPolicy();
  for (const _ of Array.from({ length: 8 })) {
    expect(policy.died({ code: 1, upMs: 0 })).toMatchObject({ restart: true });
    pass(15_000);
  }
});

test('a configuration that has to be corrected is not tried again', () => {
  expect(aPolicy().policy.died({ code: 78, upMs: 600_000 })).toEqual({
    restart: false,
    reason: 'its configuration has to be corrected',
  });
});

test('an order of a person forgets what was before', () => {
  const { policy } = aPolicy();
  for (const _ of Array.from({ length: 4 })) policy.died({ code: 1, upMs: 0 });
  policy.reset();
  expect(policy.died({ code: 1, upMs: 0 })).toEqual({ restart: true, delayMs: 1_000 });
});
