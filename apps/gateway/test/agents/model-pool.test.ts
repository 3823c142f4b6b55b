import { describe, expect, it } from 'vitest';
import { type Agent, AgentError } from '../../src/agents/agent.ts';
import { createModelPool } from '../../src/agents/model-pool.ts';
import { aRequest, outcomeOf } from './support/asking.ts';

type Member = 'works' | 'fails' | 'breaks' | 'is at fault';

/** A pool of members that do as the list says at the moment, and whom it asked. */
function aPool(does: Member[]) {
  const asked: number[] = [];
  let time = 0;
  const agent = (index: number): Agent => ({
    modelName: 'm',
    async *answer() {
      asked.push(index);
      const what = does[index];
      if (what === 'is at fault') throw new TypeError('a fault of ours');
      if (what !== 'fails') yield { kind: 'text', text: `${index}` };
      if (what !== 'works') throw new AgentError(`The model ${index} failed.`);
    },
  });
  const members = does.map((_, index) => ({ label: `x/${index}`, agent: agent(index) }));
  const pool = createModelPool({ modelName: 'm', members, restMs: 10, now: () => time });
  return { pool, asked, pass: (ms: number) => (time += ms) };
}

describe('the entries of one model name', () => {
  it('answer in turn, and say who does', async () => {
    const { pool } = aPool(['works', 'works', 'works']);
    const texts: string[] = [];
    for (let i = 0; i < 4; i++) texts.push((await outcomeOf(pool, 'hi')).text);
    expect(texts).toEqual(['0', '1', '2', '0']);
    expect((await outcomeOf(pool, 'hi')).deltas).toEqual([
      { kind: 'model', modelName: 'x/1' },
      { kind: 'text', text: '1' },
    ]);
  });

  it('stand in for one that fails before its first word', async () => {
    const { pool, asked } = aPool(['fails', 'works']);
    const { deltas, error } = await outcomeOf(pool, 'hi');
    expect(error).toBeUndefined();
    expect(deltas[0]).toEqual({ kind: 'model', modelName: 'x/1' });
    expect(asked).toEqual([0, 1]);
  });

  it('do not stand in for one that has begun', async () => {
    const { pool, asked } = aPool(['breaks', 'works']);
    const { text, error } = await outcomeOf(pool, 'hi');
    expect([text, error?.message, asked]).toEqual(['0', 'The model 0 failed.', [0]]);
  });

  it('rest for a while after a failure', async () => {
    const does: Member[] = ['fails', 'works'];
    const { pool, asked, pass } = aPool(does);
    for (let i = 0; i < 3; i++) await outcomeOf(pool, 'hi');
    expect(asked).toEqual([0, 1, 1, 1]);
    does[0] = 'works';
    pass(10);
    for (let i = 0; i < 2; i++) await outcomeOf(pool, 'hi');
    expect(asked.slice(4).toSorted()).toEqual([0, 1]);
  });

  it('are asked although they rest when there is nobody else', async () => {
    const does: Member[] = ['fails', 'fails'];
    const { pool, asked } = aPool(does);
    await outcomeOf(pool, 'hi');
    does[1] = 'works';
    expect((await outcomeOf(pool, 'hi')).text).toBe('1');
    does[1] = 'fails';
    does[0] = 'works';
    expect((await outcomeOf(pool, 'hi')).text).toBe('0');
    expect(asked).toHaveLength(5);
  });

  it('say how many were tried and why the last one failed', async () => {
    const { error } = await outcomeOf(aPool(['fails', 'fails', 'fails']).pool, 'hi');
    expect(error).toBeInstanceOf(AgentError);
    expect(error?.message).toBe('None of the 3 entries of "m" answered; the last: The model 2 failed.');
  });

  it('say what a single one says', async () => {
    expect((await outcomeOf(aPool(['fails']).pool, 'hi')).error?.message).toBe('The model 0 failed.');
  });

  it('show no fault of ours as a reason', async () => {
    const { error } = await outcomeOf(aPool(['fails', 'is at fault']).pool, 'hi');
    expect(error).not.toBeInstanceOf(AgentError);
  });

  it('are not gone through for a message that was cancelled', async () => {
    const { pool, asked } = aPool(['fails', 'works']);
    const { error } = await outcomeOf(pool, aRequest('hi', { signal: AbortSignal.abort() }));
    expect([error?.name, asked]).toEqual(['AbortError', [0]]);
  });
});
