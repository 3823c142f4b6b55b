import { expect, test } from 'vitest';
import { afterDeath, type Death, NO_DEATHS } from '../../src/gateway/restart-policy.ts';

/** The decisions about a row of deaths, each after a pause in ms. */
function decisions(deaths: readonly (Partial<Death> & { readonly pause: number })[]) {
  let at = 0;
  let history = NO_DEATHS;
  return deaths.map(({ pause, ...death }) => {
    at += pause;
    const after = afterDeath(history, { code: 1, upMs: 0, at, ...death });
    history = after.history;
    return after.decision;
  });
}
const times = (count: number, pause: number) => Array.from({ length: count }, () => ({ pause }));

test('the delay doubles from one second to thirty', () => {
  const delays = decisions(times(7, 20_000)).map((decision) => decision.restart && decision.delayMs);
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test('a minute of life resets the delay', () => {
  const last = decisions([...times(2, 70_000), { pause: 70_000, upMs: 60_000 }]).at(-1);
  expect(last).toEqual({ restart: true, delayMs: 1_000 });
});

test('the fifth death within a minute is a loop', () => {
  const all = decisions(times(5, 14_000));
  expect(all.map(({ restart }) => restart)).toEqual([true, true, true, true, false]);
  expect(all.at(-1)).toEqual({ restart: false, reason: 'it died 5 times within a minute' });
});

test('five deaths in more than a minute are no loop', () => {
  expect(decisions(times(8, 15_000)).every(({ restart }) => restart)).toBe(true);
});

test('a configuration that has to be corrected is not tried again', () => {
  expect(decisions([{ pause: 0, code: 78, upMs: 600_000 }])).toEqual([
    { restart: false, reason: 'its configuration has to be corrected' },
  ]);
});
