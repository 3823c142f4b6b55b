import { expect, test } from 'vitest';
import { modelProviders, parseModelReference } from '../src/index.ts';

test.each([
  ['openai/gpt-5', 'openai', 'gpt-5'],
  ['OpenRouter/anthropic/claude', 'openrouter', 'anthropic/claude'],
  ['gpt-5', 'openai', 'gpt-5'],
  ['command/summary', 'command', 'summary'],
])('%s is of provider %s', (model, provider, id) => {
  expect(parseModelReference(model)).toEqual({ provider, id });
});

test('the addresses of providers are plain, and those without encryption are of this machine', () => {
  for (const { apiBase } of modelProviders) {
    const { protocol, hostname, search, href } = new URL(apiBase);
    expect([search, href.endsWith('/')]).toEqual(['', false]);
    expect(protocol === 'https:' || hostname === '127.0.0.1').toBe(true);
  }
});
