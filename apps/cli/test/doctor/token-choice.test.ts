import { Secret } from '@picoclaw/auth';
import { describe, expect, it } from 'vitest';
import { choicesOf, combinationsOf } from '../../src/doctor/repairs/token-choice.ts';

const token = (value: string, from: string) => ({ value: new Secret(value), from });
const file = token('a', 'file');
const unit = token('b', 'unit');
const running = token('c', 'process');

/** `from` of each choice, with a `+` where it goes into the file. */
function shown(compared: Partial<Parameters<typeof choicesOf>[0]>): string[] {
  const choices = choicesOf({ purpose: 'launcher', written: undefined, others: [], accepted: undefined, ...compared });
  return choices.map(({ chosen, persist }) => `${persist === undefined ? '' : '+'}${chosen.from}`);
}

describe('which token counts when a unit gives its one up', () => {
  it('is no question where all are equal', () => {
    expect(shown({ written: file, others: [token('a', 'unit'), token('a', 'process')] })).toEqual(['file']);
  });

  it('is the one that the running process accepts, where the file has none', () => {
    expect(shown({ others: [unit, running], accepted: running })).toEqual(['+process']);
  });

  it('is the only one there is, also when nothing runs', () => {
    expect(shown({ others: [unit, token('b', 'process')] })).toEqual(['+unit']);
  });

  it('is a question where they differ, the one of the file first', () => {
    expect(shown({ written: file, others: [unit, running], accepted: running })).toEqual(['file', '+process', '+unit']);
    expect(shown({ others: [unit, running] })).toEqual(['+unit', '+process']);
  });

  it('is asked for all tokens of a unit together', () => {
    const options = ['launcher', 'channel'].map((purpose) =>
      choicesOf({ purpose: purpose as 'launcher', written: file, others: [unit], accepted: undefined }),
    );
    const combined = combinationsOf(options).map((choices) => choices.map(({ chosen }) => chosen.from).join(' '));
    expect(combined).toEqual(['file file', 'file unit', 'unit file', 'unit unit']);
    expect(combinationsOf([])).toEqual([[]]);
  });
});
