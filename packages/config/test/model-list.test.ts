import { expect, test } from 'vitest';
import { loadGatewayConfig } from '../src/index.ts';
import { aHome, type TestHome } from './support/home.ts';
import { configErrorOf } from './support/problems.ts';

const keysOf = (home: TestHome) =>
  loadGatewayConfig(home.paths, home.environment).model_list.map(({ api_keys }) => api_keys.map((key) => key.reveal()));

test('keys come from .security.yml by name, by occurrence, and by name without its index', () => {
  const home = aHome({
    'config.json': {
      model_list: [
        { model_name: 'gpt', model: 'openai/gpt', api_keys: '[NOT_HERE]' },
        { model_name: 'gpt', model: 'openai/gpt', api_key: 'worse' },
        { model_name: 'claude:3', model: 'anthropic/claude' },
        { model_name: 'local', model: 'ollama/local', api_key: 'own' },
        { model_name: 'open', model: 'ollama/open' },
      ],
    },
    '.security.yml': [
      'model_list:',
      '  "gpt:0": { api_keys: [first] }',
      '  gpt: { api_keys: [second, third] }',
      '  claude: { api_key: 0042 }',
    ].join('\n'),
  });
  expect(keysOf(home)).toEqual([['first'], ['second', 'third'], ['0042'], ['own'], []]);
});

test('an entry keeps the keys that we do not know, and the written key is not among them', () => {
  const home = aHome({
    'config.json': {
      model_list: [{ model_name: 'm', model: 'command/run', args: ['-x'], api_base: '', api_key: 'k' }],
    },
  });
  const [entry] = loadGatewayConfig(home.paths, home.environment).model_list;
  expect(entry).toMatchObject({ model_name: 'm', model: 'command/run', args: ['-x'] });
  expect(entry).not.toHaveProperty('api_key');
  expect(entry).not.toHaveProperty('api_base');
});

test('a command has its program and arguments, with blanks as they are written', () => {
  const entry = { model_name: 'm', model: 'command/run', command: '/bin/run', args: ['-x', '', ' y '] };
  const home = aHome({ 'config.json': { model_list: [{ ...entry, request_timeout: 5 }] } });
  const { model_list } = loadGatewayConfig(home.paths, home.environment);
  expect(model_list).toEqual([{ ...entry, request_timeout: 5, api_keys: [] }]);
});

test('arguments that are no list of texts, and a timeout that is no number, are errors', async () => {
  const entry = { model_name: 'm', model: 'command/run', args: '-x', request_timeout: 'long' };
  const home = aHome({ 'config.json': { model_list: [entry] } });
  const error = await configErrorOf(() => loadGatewayConfig(home.paths, home.environment));
  expect(error.problems.map(({ path }) => path)).toEqual(['model_list[0].request_timeout', 'model_list[0].args']);
});

test('a wrong entry is reported by its place without any key', async () => {
  const home = aHome({
    'config.json': {
      model_list: [
        { model_name: 'a', model: 'openai/a', api_base: 'localhost:1', api_key: 's3cr3t' },
        { model_name: 'b', model: 'openai/b', api_keys: [{}, 'env://UNSET'] },
      ],
    },
  });
  const error = await configErrorOf(() => loadGatewayConfig(home.paths, home.environment));
  expect(error.problems.map(({ path }) => path)).toEqual([
    'model_list[0].api_base',
    'model_list[1].api_keys[0]',
    'model_list[1].api_keys[1]',
  ]);
  expect(error.message).not.toContain('s3cr3t');
});

test('a model list that is no list is an error', async () => {
  const home = aHome({ 'config.json': { model_list: { a: 1 } } });
  const error = await configErrorOf(() => loadGatewayConfig(home.paths, home.environment));
  expect(error.message).toContain('model_list: must be a list, not this object');
});
