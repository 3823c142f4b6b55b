import { describe, expect, test } from 'vitest';
import { launcherOptions, parseValue } from '../../../../packages/config/src/index.ts';
import {
  basePathProblem,
  bindProblem,
  type Check,
  hostsProblem,
  networksProblem,
  numberWithin,
  originsProblem,
  portProblem,
  urlProblem,
} from '../../src/settings/validate.ts';

const good: Record<string, [Check, string[]]> = {
  'a port': [portProblem, ['1', '18800', ' 65535 ']],
  'a count': [numberWithin(1), ['1', '33554432']],
  networks: [networksProblem, ['', '10.0.0.0/8\n\n 192.168.1.7/32 ', 'fd00::/8\n::1/128', '0.0.0.0/0']],
  'host names': [hostsProblem, ['', '*', 'claw.example.org\nclaw', 'my_host', '::1']],
  'listen addresses': [bindProblem, ['', 'localhost', '*', '127.0.0.1, ::1', '[fd00::1]', 'claw.example']],
  'a base path': [basePathProblem, ['', '/', '/claw', '/claw/', '/a/b~c/d.e']],
  'an address': [urlProblem, ['', 'http://10.0.0.2:18790', 'https://claw.example/x']],
  origins: [originsProblem, ['', '*', 'https://app.example.org\nhttp://localhost:5173']],
};

describe.each(Object.entries(good))('%s', (_name, [check, texts]) => {
  test.each(texts)('%j is taken', (text) => {
    expect(check(text)).toBeUndefined();
  });
});

const bad: [Check, string, object][] = [
  [portProblem, '', { code: 'wholeNumber' }],
  [portProblem, '80a', { code: 'wholeNumber' }],
  [portProblem, '1.5', { code: 'wholeNumber' }],
  [portProblem, '0', { code: 'numberBetween', values: { min: 1, max: 65_535 } }],
  [portProblem, '65536', { code: 'numberBetween', values: { min: 1, max: 65_535 } }],
  [numberWithin(1), '-1', { code: 'numberFrom', values: { min: 1 } }],
  [numberWithin(1), '9999999999999999', { code: 'wholeNumber' }],
  [networksProblem, '10.0.0.0/33', { code: 'network', values: { entry: '10.0.0.0/33', bits: 128 } }],
  [networksProblem, '10.0.0.0/8\n10.0.0', { code: 'network', values: { entry: '10.0.0', bits: 128 } }],
  [networksProblem, '256.0.0.1/8', { code: 'network', values: { entry: '256.0.0.1/8', bits: 128 } }],
  [networksProblem, 'fd00::/129', { code: 'network', values: { entry: 'fd00::/129', bits: 128 } }],
  [networksProblem, '10.0.0.1', { code: 'networkSize', values: { entry: '10.0.0.1', bits: 32 } }],
  [networksProblem, 'fd00::1', { code: 'networkSize', values: { entry: 'fd00::1', bits: 128 } }],
  [hostsProblem, 'claw.example:443', { code: 'hostName', values: { entry: 'claw.example:443', bits: 128 } }],
  [hostsProblem, 'https://claw', { code: 'hostName', values: { entry: 'https://claw', bits: 128 } }],
  [bindProblem, '127.0.0.1,', { code: 'bindEmpty' }],
  [bindProblem, '127.0.0.1:80', { code: 'bindHost', values: { entry: '127.0.0.1:80' } }],
  [bindProblem, '1.2.3', { code: 'bindHost', values: { entry: '1.2.3' } }],
  [basePathProblem, 'claw', { code: 'basePath' }],
  [basePathProblem, '//evil', { code: 'basePath' }],
  [basePathProblem, '/a/../b', { code: 'basePath' }],
  [urlProblem, 'ftp://x', { code: 'httpUrl' }],
  [urlProblem, 'claw', { code: 'httpUrl' }],
  [
    originsProblem,
    'https://a.example/path',
    { code: 'origin', values: { entry: 'https://a.example/path', bits: 128 } },
  ],
  [originsProblem, 'a.example', { code: 'origin', values: { entry: 'a.example', bits: 128 } }],
];

test.each(bad)('%o finds what is wrong with %j', (check, text, problem) => {
  expect(check(text)).toEqual(problem);
});

test.each<[string, Check]>([
  ['allowed_cidrs', networksProblem],
  ['host', bindProblem],
  ['base_path', basePathProblem],
  ['gateway_url', urlProblem],
])('of %s it thinks as the launcher does', (key, check) => {
  const option = launcherOptions.find((one) => one.key === key);
  if (option === undefined) throw new Error(`no option ${key}`);
  const texts = [...bad.map(([, text]) => text), ...Object.values(good).flatMap(([, all]) => all)];
  for (const text of texts.map((one) => one.trim()).filter((one) => one !== '' && !one.includes('\n'))) {
    const { ok } = parseValue(option, key === 'allowed_cidrs' ? [text] : text);
    expect([text, check(text) === undefined]).toEqual([text, ok]);
  }
});
