import { describe, expect, it } from 'vitest';
import { answerIdOf } from '../../src/history/answer-id.ts';

describe('the id of an answer', () => {
  it('is the same whoever gives it, today and in every later version', () => {
    // Written down: a gateway that comes after an update goes on with the answer of the one before.
    expect(answerIdOf('m1')).toBe('e7c1c2ef-5295-85a9-b82d-f55bb6f6b015');
    expect(answerIdOf('m1')).toBe(answerIdOf('m1'));
  });

  it.each(['', 'm1', '6f1c0f4e-5d0c-4a58-8a86-2d9d3e4d6a10', '../x', '😀', 'a\0b', 'x'.repeat(10_000)])(
    'is a UUID of version 8 for %j',
    (id) => {
      expect(answerIdOf(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    },
  );

  it('differs for each message', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => answerIdOf(`m${index}`));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is not that of its message, nor that of an answer to itself', () => {
    const id = answerIdOf('m1');
    expect(id).not.toBe('m1');
    expect(answerIdOf(id)).not.toBe(id);
  });
});
