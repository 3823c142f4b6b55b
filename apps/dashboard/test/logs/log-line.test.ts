import { expect, test } from 'vitest';
import { parseLogLine } from '../../src/logs/log-line.ts';

test.each([
  [
    '{"level":"info","time":"2026-11-21T07:30:00.125Z","msg":"ready","code":"up","port":18790}',
    'info',
    'ready  code=up  port=18790',
  ],
  [
    '{"level":50,"time":1790000000000,"msg":"broken","err":{"message":"no disk","stack":"…"}}',
    'error',
    'broken  error="no disk"',
  ],
  ['{"level":"fatal","message":"two words","detail":"a b"}', 'error', 'two words  detail="a b"'],
  ['{"msg":"no level"}', undefined, 'no level'],
  ['12:34:56 warn  refused: unknown Host host="x"', 'warn', 'refused: unknown Host host="x"'],
  ['[2026-11-21 07:30:00] [ERROR] agent: no answer', 'error', 'agent: no answer'],
  ['7:30AM INF listening', 'info', 'listening'],
  ['panic: runtime error', 'error', 'panic: runtime error'],
  ['plain text', undefined, 'plain text'],
  ['{"cut off":', undefined, '{"cut off":'],
  ['null', undefined, 'null'],
  ['{"level":"constructor","msg":"x"}', undefined, 'x'],
  ['', undefined, ''],
])('%s', (raw, level, text) => {
  expect(parseLogLine(raw)).toMatchObject({ text });
  expect(parseLogLine(raw).level).toBe(level);
});

test('a time is the time of day where the person is, with the whole of it beside', () => {
  const time = Date.UTC(2026, 10, 21, 7, 30, 0, 5);
  const line = parseLogLine(JSON.stringify({ time: new Date(time).toISOString(), msg: '' }));
  expect(line.time).toBe(time);
  expect(line.clock).toMatch(/^\d\d:30:00\.005$/);
  expect(parseLogLine('{"time":"never","msg":""}')).toMatchObject({ clock: '' });
  expect(parseLogLine('{"ts":1790000000.5,"msg":""}').time).toBe(1_790_000_000_500);
  expect(parseLogLine('12:34:56 info  up').clock).toBe('12:34:56');
});
