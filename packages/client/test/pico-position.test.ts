import type { ServerFrame } from '@picoclaw/protocol';
import { describe, expect, it } from 'vitest';
import { createPicoPosition } from '../src/pico-position.ts';

const hello = (seq: number): ServerFrame => ({
  type: 'hello',
  payload: { session_id: 's', instance_id: 'i', seq },
});
const frame = (seq?: number): ServerFrame => ({ type: 'typing.start', ...(seq === undefined ? {} : { seq }) });

describe('how far a session has been heard', () => {
  it('is nowhere while nothing is numbered, and everything is new', () => {
    const position = createPicoPosition();
    expect([position.take(frame()), position.take(frame()), position.after]).toEqual([true, true, undefined]);
  });

  it('begins where the server says and goes on with each frame', () => {
    const position = createPicoPosition();
    position.take(hello(7));
    expect(position.after).toBe(7);
    expect([8, 8, 7, 10, 9].map((seq) => position.take(frame(seq)))).toEqual([true, false, false, true, false]);
    expect(position.after).toBe(10);
  });

  it('does not jump over what will be replayed when the server says how far it is itself', () => {
    const position = createPicoPosition();
    position.take(hello(1));
    position.take(hello(5));
    expect([position.after, position.take(frame(2))]).toEqual([1, true]);
  });

  it('goes back with a server that has lost what it had, lest all that is new counted as old', () => {
    const position = createPicoPosition();
    position.take(hello(7));
    position.take(hello(0));
    expect([position.take(frame(1)), position.after]).toEqual([true, 1]);
  });

  it.each([
    ['in its payload', { type: 'resync', payload: { seq: 20 } }],
    ['as its own number', { type: 'resync', seq: 20, payload: {} }],
  ] as const)('continues where a resync says: %s', (_where, resync) => {
    const position = createPicoPosition();
    position.take(hello(7));
    expect([position.take(resync), position.after, position.take(frame(20))]).toEqual([true, 20, false]);
  });
});
