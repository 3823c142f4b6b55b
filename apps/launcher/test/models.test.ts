import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aLauncher, TOKEN } from './build-test-launcher.ts';

const KEY = 'sk-very-secret-key-0123456789';
const CONFIG = {
  agents: { defaults: { model_name: 'small' } },
  model_list: [
    { model_name: 'small', model: 'ollama/llama3.2', api_base: 'http://me:hunter2@127.0.0.1:11434/v1' },
    { model_name: 'large', model: 'openai/gpt-5', api_keys: [KEY, `${KEY}-2`], streaming: false },
  ],
};
const headers = { authorization: `Bearer ${TOKEN}` };

test('the models are listed with their keys masked, wherever those are written', async () => {
  const security = `model_list:\n  small:\n    api_keys: ["${KEY}-of-small"]\n`;
  const { app } = await aLauncher({ files: { 'config.json': CONFIG, '.security.yml': security } });
  const reply = await app.inject({ url: '/api/models', headers });
  expect(reply.json()).toMatchObject({
    total: 2,
    default_model: 'small',
    models: [
      { index: 0, model_name: 'small', is_default: true, streaming: true, api_keys: ['********'] },
      { index: 1, model_name: 'large', is_default: false, streaming: false, api_keys: ['********', '********'] },
    ],
    provider_options: expect.arrayContaining([{ name: 'ollama', api_base: 'http://127.0.0.1:11434/v1' }]),
  });
  for (const secret of [KEY, KEY.slice(0, 8), 'hunter2']) expect(reply.body).not.toContain(secret);
});

test('without any model the built-in agent is the default, and the list is empty', async () => {
  const { app } = await aLauncher();
  const { models, total, default_model } = (await app.inject({ url: '/api/models', headers })).json();
  expect({ models, total, default_model }).toEqual({ models: [], total: 0, default_model: null });
});

test('another default is stored beside what is there, and null makes it the built-in agent', async () => {
  const { app, home } = await aLauncher({ files: { 'config.json': { ...CONFIG, mine: { kept: true } } } });
  const put = (payload: object) => app.inject({ method: 'PUT', url: '/api/models/default', headers, payload });
  const stored = () => JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'));
  expect((await put({ model_name: 'large' })).json()).toEqual({
    ...{ status: 'ok', default_model: 'large' },
    // No gateway runs that could have been told.
    reloaded: false,
  });
  expect(stored()).toEqual({ ...CONFIG, mine: { kept: true }, agents: { defaults: { model_name: 'large' } } });
  await put({ model_name: null });
  expect(stored().agents).toEqual({ defaults: {} });
});

test.each([
  [{ model_name: 'unheard-of' }, 404, 'unknown_model'],
  [{ model_name: '' }, 400, 'invalid_body'],
  [{ model_name: 'large', api_key: KEY }, 400, 'invalid_body'],
  [{}, 400, 'invalid_body'],
])('a default of %j is refused and changes nothing', async (payload, status, error) => {
  const { app, home } = await aLauncher({ files: { 'config.json': CONFIG } });
  const before = readFileSync(join(home, 'config.json'), 'utf8');
  const reply = await app.inject({ method: 'PUT', url: '/api/models/default', headers, payload });
  expect([reply.statusCode, reply.json().error]).toEqual([status, error]);
  expect(reply.body).not.toContain(KEY);
  expect(readFileSync(join(home, 'config.json'), 'utf8')).toBe(before);
});

test('nobody sees or changes models without the launcher token or a session', async () => {
  const { app } = await aLauncher({ files: { 'config.json': CONFIG } });
  expect((await app.inject('/api/models')).statusCode).toBe(401);
  const payload = { model_name: 'large' };
  expect((await app.inject({ method: 'PUT', url: '/api/models/default', payload })).statusCode).toBe(401);
});
