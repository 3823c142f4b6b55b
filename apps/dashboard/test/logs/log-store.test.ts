import { expect, test } from 'vitest';
import { createLogStore } from '../../src/logs/log-store.ts';
import { cutAtMatches, type LogFilter, logFileText, nextLogView } from '../../src/logs/log-view.ts';

const ALL: LogFilter = { level: 'all', query: '' };

/** A store whose frames come when the test says so. */
function start() {
  const frames: ((now: number) => void)[] = [];
  let now = 0;
  const store = createLogStore({ requestFrame: (run) => void frames.push(run) });
  const frame = (afterMs = 100) => {
    now += afterMs;
    for (const run of frames.splice(0)) run(now);
  };
  return { store, frame };
}
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `line ${from + index}`);

test('listeners are told once for many lines, and not at every frame', () => {
  const { store, frame } = start();
  let told = 0;
  store.subscribe(() => (told += 1));
  for (const line of numbered(50)) store.addLines([line]);
  expect(store.snapshot().entries).toEqual([]);
  frame();
  expect([told, store.snapshot().lineCount]).toEqual([1, 50]);
  store.addLines(['more']);
  for (let time = 0; time < 96; time += 16) frame(16);
  expect(told).toBe(1);
  frame(16);
  expect(told).toBe(2);
});

test('the last 10,000 lines are kept, also while no frame comes', () => {
  const { store, frame } = start();
  store.addLines(numbered(35_000));
  frame();
  const { entries, received, lineCount } = store.snapshot();
  expect([entries.length, lineCount, received]).toEqual([10_000, 10_000, 35_000]);
  expect(entries.at(-1)).toMatchObject({ id: 34_999, raw: 'line 34999' });
});

test('of very long lines fewer are kept', () => {
  const { store, frame } = start();
  store.addLines(Array.from({ length: 2_000 }, () => 'x'.repeat(8_192)));
  frame();
  expect(store.snapshot().lineCount).toBe(Math.floor(8_000_000 / 8_192));
});

test('a cleared store is empty, and its numbers go on', () => {
  const { store, frame } = start();
  store.addLines(['a']);
  frame();
  store.clear();
  store.addLines(['b']);
  frame();
  expect(store.snapshot().entries).toMatchObject([{ id: 1, raw: 'b' }]);
});

test('a view follows what comes and what goes as a fresh one would', () => {
  const { store, frame } = start();
  const filter: LogFilter = { level: 'all', query: '7' };
  let view = nextLogView(undefined, store.snapshot().entries, filter);
  for (let batch = 0; batch < 30; batch += 1) {
    store.addLines(numbered(700, batch * 700));
    frame();
    view = nextLogView(view, store.snapshot().entries, filter);
    expect(view).toEqual(nextLogView(undefined, store.snapshot().entries, filter));
  }
  store.clear();
  frame();
  expect(nextLogView(view, store.snapshot().entries, filter).entries).toEqual([]);
});

test('a filter is "at least this urgent" and "contains, whatever the case"', () => {
  const { store, frame } = start();
  store.addLines(['12:00:00 debug a', '12:00:00 info  b', 'plain', '12:00:00 warn  Über c', '12:00:00 error d']);
  store.addBreak(3);
  frame();
  const { entries } = store.snapshot();
  const texts = (filter: LogFilter) =>
    nextLogView(undefined, entries, filter).entries.map((entry) => (entry.kind === 'line' ? entry.text : '--'));
  expect(texts(ALL)).toEqual(['a', 'b', 'plain', 'Über c', 'd', '--']);
  expect(texts({ level: 'info', query: '' })).toEqual(['b', 'plain', 'Über c', 'd', '--']);
  expect(texts({ level: 'warn', query: '' })).toEqual(['Über c', 'd', '--']);
  expect(texts({ level: 'error', query: '' })).toEqual(['d', '--']);
  expect(texts({ level: 'all', query: 'üBER' })).toEqual(['Über c']);
  expect(nextLogView(undefined, entries, ALL).lineCount).toBe(5);
  expect(logFileText(entries)).toBe(
    '12:00:00 debug a\n12:00:00 info  b\nplain\n12:00:00 warn  Über c\n12:00:00 error d\n',
  );
});

test('matches are found as written, not as a pattern', () => {
  expect(cutAtMatches('a (b) [c] A (B)', 'a (b')).toEqual(['', 'a (b', ') [c] ', 'A (B', ')']);
  expect(cutAtMatches('1+1=2', '+')).toEqual(['1', '+', '1=2']);
  expect(cutAtMatches('text', '')).toEqual(['text']);
});
