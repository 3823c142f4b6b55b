import { describe, expect, test } from 'vitest';
import { advance, type Lifecycle, type LifeEvent, shownState, UNBORN } from '../../src/gateway/lifecycle.ts';
import { NO_DEATHS } from '../../src/gateway/restart-policy.ts';

const oneDeath = { deaths: [5], attempt: 1 };
const lives = {
  stopped: UNBORN,
  starting: { state: 'starting', history: NO_DEATHS },
  'starting again': { state: 'starting', history: oneDeath, reason: 'it died' },
  running: { state: 'running', readyAt: 10, history: NO_DEATHS },
  attached: { state: 'attached', attachedPid: 7, history: NO_DEATHS },
  restarting: { state: 'restarting', reason: 'it died', delayMs: 1_000, history: oneDeath },
  stopping: { state: 'stopping', history: NO_DEATHS },
  error: { state: 'error', reason: 'no model', history: NO_DEATHS },
} as const satisfies Record<string, Lifecycle>;

const events = {
  start: { type: 'start' },
  retry: { type: 'retry' },
  attach: { type: 'attach', pid: 7 },
  ready: { type: 'ready', at: 20 },
  fail: { type: 'fail', reason: 'port taken', code: 1, at: 20 },
  die: { type: 'die', reason: 'killed', code: null, at: 20 },
  stop: { type: 'stop' },
  stopped: { type: 'stopped' },
} as const satisfies Record<string, LifeEvent>;

/** `-`: stays as it is. */
const table = `
                 | start    | retry    | attach   | ready   | fail       | die        | stop     | stopped
  stopped        | starting | -        | -        | -       | -          | -          | stopping | -
  starting       | starting | -        | attached | running | error      | -          | stopping | -
  starting again | starting | -        | attached | running | restarting | -          | stopping | -
  running        | starting | -        | -        | -       | -          | restarting | stopping | -
  attached       | starting | -        | -        | -       | -          | -          | stopping | -
  restarting     | starting | starting | -        | -       | -          | -          | stopping | -
  stopping       | -        | -        | -        | -       | -          | -          | stopping | stopped
  error          | starting | -        | -        | -       | -          | -          | stopping | -
`;
const [heads = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const cells = rows.flatMap(([from, ...row]) => row.map((to, index) => [from, heads[index + 1], to] as const));

describe('every event in every state', () => {
  test.each(cells)('%s, %s: %s', (from, event, to) => {
    const life = lives[from as keyof typeof lives];
    const next = advance(life, events[event as keyof typeof events]);
    if (to === '-') expect(next).toBe(life);
    else expect(next.state).toBe(to);
  });

  test('the table names all states and events', () => {
    expect(rows.map(([name]) => name)).toEqual(Object.keys(lives));
    expect(heads.slice(1)).toEqual(Object.keys(events));
  });
});

test('an order forgets the deaths before it, a retry remembers them', () => {
  expect(advance(lives.restarting, events.start)).toEqual({ state: 'starting', history: NO_DEATHS });
  expect(advance(lives.restarting, events.retry)).toEqual(lives['starting again']);
});

test('the first start that fails is told to whoever ordered it; a later one waits longer', () => {
  expect(advance(lives.starting, events.fail)).toEqual({ state: 'error', reason: 'port taken', history: NO_DEATHS });
  const again = advance(lives['starting again'], events.fail);
  expect(again).toMatchObject({ state: 'restarting', reason: 'port taken', delayMs: 2_000 });
});

test('a death is explained, waits by the policy, and after five within a minute ends in an error', () => {
  let life: Lifecycle = lives.running;
  const seen: string[] = [];
  while (life.state !== 'error') {
    life = advance(life, { ...events.die, at: 20 });
    seen.push(life.state);
    if (life.state === 'restarting') life = advance(advance(life, events.retry), events.ready);
  }
  expect(seen).toEqual(['restarting', 'restarting', 'restarting', 'restarting', 'error']);
  expect(life.reason).toBe('killed It is not started again: it died 5 times within a minute.');
});

test('the time it was up counts from ready to death', () => {
  const tired: Lifecycle = { state: 'running', readyAt: 0, history: { deaths: [], attempt: 4 } };
  expect(advance(tired, { ...events.die, at: 59_999 }).delayMs).toBe(16_000);
  expect(advance(tired, { ...events.die, at: 60_000 }).delayMs).toBe(1_000);
});

describe('what people are told', () => {
  test.each([
    ['stopped', true, 'running', undefined],
    ['stopped', false, 'stopped', undefined],
    ['starting', true, 'starting', undefined],
    ['running', false, 'running', undefined],
    ['attached', true, 'running', undefined],
    ['attached', false, 'stopped', 'The gateway with pid 7, which this launcher did not start, has ended.'],
    ['restarting', false, 'restarting', 'it died'],
    ['restarting', true, 'running', undefined],
    ['stopping', true, 'stopping', undefined],
    ['error', false, 'error', 'no model'],
    ['error', true, 'running', undefined],
  ] as const)('%s, alive by the pid file: %s → %s', (name, isAlive, state, reason) => {
    expect(shownState(lives[name], isAlive)).toEqual({ state, reason });
  });
});
