import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAgents } from '../../src/agents/agents.ts';
import type { ModelSettings } from '../../src/settings.ts';
import { aLog, anEntry, outcomeOf } from './support/asking.ts';
import { failing, type ModelServer, saying, startModelServer } from './support/model-server.ts';

let server: ModelServer;
beforeEach(async () => {
  server = await startModelServer();
});
afterEach(() => server.close());

function agentsOf(first: Partial<ModelSettings>) {
  const none = { defaultName: undefined, entries: [], maxContextTokens: 1000, commandEnvironment: {} };
  let settings: ModelSettings = { ...none, ...first };
  const agent = createAgents({ settings: () => settings, status: () => 'fine', log: aLog().log });
  const reload = (next: Partial<ModelSettings>) => {
    settings = { ...none, ...next };
  };
  return { agent, reload };
}

describe('who answers', () => {
  it('is the built-in agent while no model is configured', async () => {
    const { agent } = agentsOf({ entries: [anEntry()] });
    expect((await outcomeOf(agent, '/status')).text).toBe('fine');
    expect(agent.modelName).toBeUndefined();
  });

  it('is the built-in agent, saying so, while the default model has no entry', async () => {
    const { agent } = agentsOf({ defaultName: 'gone', entries: [anEntry()] });
    expect((await outcomeOf(agent, 'hello')).text).toContain('`gone` has no entry in `model_list`');
    expect(agent.modelName).toBeUndefined();
  });

  it('is the default model, by its name', async () => {
    const { agent } = agentsOf({ defaultName: 'local', entries: [anEntry({ api_base: server.url })] });
    const { deltas } = await outcomeOf(agent, '/status');
    expect(agent.modelName).toBe('local');
    expect(deltas).toEqual([
      { kind: 'model', modelName: 'local' },
      { kind: 'text', text: '/status' },
    ]);
  });

  it('changes with the next message after a reload', async () => {
    const entries = [
      anEntry({ api_base: server.url }),
      anEntry({ model_name: 'other', api_base: server.url, model: 'x/y' }),
    ];
    const { agent, reload } = agentsOf({ defaultName: 'local', entries });
    await outcomeOf(agent, 'one');
    reload({ defaultName: 'other', entries });
    await outcomeOf(agent, 'two');
    reload({});
    expect((await outcomeOf(agent, '/echo three')).text).toBe('three');
    expect(server.exchanges.map(({ body }) => body.model)).toEqual(['test-model', 'y']);
  });

  it('are several entries of one name in turn, told by their models', async () => {
    const entries = ['a/1', 'b/2'].map((model) => anEntry({ model, api_base: server.url }));
    const { agent } = agentsOf({ defaultName: 'local', entries });
    server.next(failing(500, 'broken'), saying('two'), saying('still two'));
    const first = await outcomeOf(agent, 'hello');
    expect(first.deltas[0]).toEqual({ kind: 'model', modelName: 'b/2' });
    await outcomeOf(agent, 'again');
    expect(server.exchanges.map(({ body }) => body.model)).toEqual(['1', '2', '2']);
  });

  it('can be a program', async () => {
    const entry = anEntry({ model: 'command/node', command: process.execPath, args: ['-e', 'console.log(6 * 7)'] });
    const { agent } = agentsOf({ defaultName: 'local', entries: [entry] });
    expect((await outcomeOf(agent, 'hello')).text).toBe('42\n');
  });
});
