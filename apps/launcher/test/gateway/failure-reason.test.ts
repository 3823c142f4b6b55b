import { expect, test } from 'vitest';
import { describeExit, tellingLine } from '../../src/gateway/failure-reason.ts';

const CRASH = [
  'file:///app/gateway.js:12',
  "  throw new Error('boom')",
  '        ^',
  '',
  'Error: port 18790 on 127.0.0.1 is in use',
  '    at start (file:///app/gateway.js:12:9)',
  '    at node:internal/main:1:1 {',
  "  code: 'EADDRINUSE'",
  '}',
  '',
  'Node.js v20.20.2',
];

test.each([
  ['the message of a crash', CRASH, 'Error: port 18790 on 127.0.0.1 is in use'],
  ['a line that begins with error:', ['starting', 'error: no such model', 'bye'], 'error: no such model'],
  [
    'the log line at level error',
    ['error: x', '{"level":50,"msg":"cannot bind"}', '{"level":30,"msg":"stopping"}', 'Error: y'],
    'cannot bind',
  ],
  ['the last line when none stands out', ['one', 'two'], 'two'],
  ['the text of a log line, not its JSON', ['{"level":"warn","msg":"no disk"}'], 'no disk'],
  ['a log line at level error by name', ['{"level":"error","msg":"no disk"}', 'bye'], 'no disk'],
  [
    'nothing when the log tells only what went well',
    ['{"level":"info","msg":"x"}', '{"level":30,"msg":"y"}'],
    undefined,
  ],
  ['the last of several errors', ['error: first', 'error: second'], 'error: second'],
  ['a JSON line that is no log line as it is', ['{"a":1}'], '{"a":1}'],
  ['nothing when there was nothing', [], undefined],
  ['nothing when all was noise', ['    at start (x)', 'Node.js v22.1.0'], undefined],
  ['JSON that is no object', ['null', '12'], '12'],
])('it is %s', (_name, tail, line) => {
  expect(tellingLine(tail)).toBe(line);
});

test('what the gateway said itself comes before what it printed', () => {
  expect(describeExit({ code: 1, signal: null }, CRASH, 'gateway.port must be a number')).toBe(
    'The gateway ended with code 1: gateway.port must be a number',
  );
});

test('a death by signal names the signal', () => {
  expect(describeExit({ code: null, signal: 'SIGKILL' }, [])).toBe('The gateway ended by SIGKILL.');
});

test('a program that could not be started says so', () => {
  expect(describeExit({ code: null, signal: null, spawnError: '/x: there is no such program' }, ['old'])).toBe(
    'The gateway program could not be started: /x: there is no such program.',
  );
});
