import { describe, expect, test } from 'vitest';
import type { Key } from '../../src/tui/keys.ts';
import { logRow, parseLogLine } from '../../src/tui/log-line.ts';
import { addLines, emptyLogs, type LogsState, pressInLogs, visibleLines } from '../../src/tui/logs-state.ts';
import { textOf } from '../../src/tui/row.ts';
import { widthOf } from '../../src/tui/text-width.ts';

const ROWS = 10;
const record = (level: string, msg: string, more = {}) =>
  JSON.stringify({ level, time: '2026-01-02T03:04:05.000Z', msg, ...more });
const key = (name: string, text = ''): Key => ({ name, text });
const typed = (text: string) => key('text', text);

/** The log after some keys. */
function pressed(logs: LogsState, ...keys: readonly Key[]): LogsState {
  return keys.reduce((state, each) => pressInLogs(state, each, ROWS) ?? state, logs);
}
const numbers = (logs: LogsState) => visibleLines(logs, ROWS).map(({ number }) => number);
const hundred = addLines(
  emptyLogs,
  Array.from({ length: 100 }, (_, index) => record(index % 10 === 0 ? 'warn' : 'info', `line ${index + 1}`)),
);

describe('A line of the log', () => {
  test('A record of pino is for people', () => {
    const line = parseLogLine(record('warn', 'refused', { code: 'x', host: 'a b', nested: { a: 1 } }), 1, 'info');
    expect(line).toMatchObject({ level: 'warn', text: 'refused code=x host="a b" nested={"a":1}' });
    expect(line.clock).toMatch(/^\d\d:\d\d:\d\d$/);
  });

  test.each([
    [30, 'info'],
    [50, 'error'],
    [99, 'fatal'],
    ['odd', 'info'],
  ])('Level %s is %s', (level, name) => {
    expect(parseLogLine(JSON.stringify({ level, msg: '' }), 1, 'info').level).toBe(name);
  });

  test('What is printed for people keeps its level; anything else has that of the line before', () => {
    expect(parseLogLine('12:34:56 error it broke', 1, 'info')).toEqual({
      number: 1,
      clock: '12:34:56',
      level: 'error',
      text: 'it broke',
    });
    expect(parseLogLine('    at stack', 2, 'error')).toMatchObject({ level: 'error', clock: '', text: '    at stack' });
    expect(parseLogLine('{broken', 3, 'info').text).toBe('{broken');
  });

  test('Nothing in it moves a terminal, and no credential is shown', () => {
    const text = parseLogLine(record('info', 'a\u001b[2Jb\u009b1mc', { token: 'very-secret' }), 1, 'info').text;
    expect(text).toMatch(/^abc/);
    expect(text).not.toMatch(/\p{Cc}|very-secret/u);
  });

  test('Its row fits the pane, and what was searched for is set off', () => {
    const line = parseLogLine(record('info', `世界 ${'x'.repeat(300)}`), 1, 'info');
    const row = logRow(line, { width: 40, shift: 0, search: '世界' });
    expect(widthOf(textOf(row))).toBeLessThanOrEqual(40);
    expect(textOf(row)).toMatch(/…$/);
    expect(row.find(({ style }) => style === 'selected')?.text).toBe('世界');
    expect(textOf(logRow(line, { width: 400, shift: 5, search: '' }))).toMatch(/x{300}$/);
  });
});

describe('The log pane', () => {
  test('Follows the end', () => {
    expect(numbers(hundred)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
    expect(numbers(addLines(hundred, ['one more'])).at(-1)).toBe(101);
  });

  test('Stands still when scrolled, whatever comes, and follows again at the end', () => {
    const scrolled = pressed(hundred, key('page-up'));
    expect(numbers(scrolled).at(-1)).toBe(90);
    const more = addLines(scrolled, ['more']);
    expect(numbers(more).at(-1)).toBe(90);
    expect(numbers(pressed(more, key('end'))).at(-1)).toBe(101);
    expect(numbers(pressed(more, key('page-down'), key('page-down'))).at(-1)).toBe(101);
    expect(pressed(more, key('page-down'), key('page-down')).bottom).toBeUndefined();
  });

  test('Stops at its beginning', () => {
    const top = pressed(hundred, key('home'), key('page-up'), key('up'));
    expect(numbers(top)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('Shows a level and worse', () => {
    expect(numbers(pressed(hundred, typed('l'), typed('l')))).toEqual([1, 11, 21, 31, 41, 51, 61, 71, 81, 91]);
    expect(pressed(hundred, typed('l'), typed('l'), typed('l'), typed('l')).least).toBe('trace');
  });

  test('Shows what was searched for, while it is typed', () => {
    const searching = pressed(hundred, typed('/'), typed('LINE 10'));
    expect(numbers(searching)).toEqual([10, 100]);
    expect(numbers(pressed(searching, key('backspace'), key('backspace'), key('enter')))).toHaveLength(10);
    expect(pressed(searching, key('escape'))).toMatchObject({ search: '' });
    expect(pressed(searching, key('enter'))).toMatchObject({ search: 'LINE 10' });
  });

  test('Keeps the end of a long log', () => {
    const long = addLines(
      emptyLogs,
      Array.from({ length: 9_000 }, (_, index) => `line ${index}`),
    );
    expect(long.lines).toHaveLength(5_000);
    expect(long.lines.at(-1)?.text).toBe('line 8999');
  });
});
