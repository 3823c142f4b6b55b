import { describe, expect, it } from 'vitest';
import { createOutbox } from '../src/outbox.ts';

const record = () => {
  const sent: string[] = [];
  return { sent, send: (text: string) => sent.push(text) > 0 };
};

describe('the outbox', () => {
  it('hands over in order, once', () => {
    const outbox = createOutbox(10);
    const { sent, send } = record();
    for (const text of ['a', 'b', 'c']) outbox.add({ text });
    outbox.flush(send, false);
    outbox.rewind();
    outbox.flush(send, false);
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  it('takes no more than its limit', () => {
    const outbox = createOutbox(2);
    expect([outbox.add({ text: 'a' }), outbox.add({ text: 'b' }), outbox.add({ text: 'c' })]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('keeps the rest when the socket stops taking', () => {
    const outbox = createOutbox(10);
    const { sent, send } = record();
    for (const text of ['a', 'b', 'c']) outbox.add({ text });
    outbox.flush((text) => text === 'a' && send(text), false);
    outbox.flush(send, false);
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  it('sends what is added during a flush last, in the same flush', () => {
    const outbox = createOutbox(10);
    const { sent, send } = record();
    outbox.add({ text: 'a', onSent: () => outbox.add({ text: 'c' }) });
    outbox.add({ text: 'b' });
    outbox.flush(send, false);
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  it('sends again on the next connection what was not acknowledged, and never twice on one', () => {
    const outbox = createOutbox(10);
    const { sent, send } = record();
    for (const id of ['a', 'b', 'c']) outbox.add({ id, text: id });
    outbox.flush(send, true);
    outbox.flush(send, true);
    outbox.acknowledge('b');
    outbox.acknowledge('unknown');
    outbox.add({ id: 'd', text: 'd' });
    outbox.flush(send, true);
    expect(sent.splice(0)).toEqual(['a', 'b', 'c', 'd']);
    outbox.rewind();
    outbox.flush(send, true);
    expect(sent).toEqual(['a', 'c', 'd']);
  });

  it('does not keep what has no id to be acknowledged by', () => {
    const outbox = createOutbox(10);
    const { sent, send } = record();
    outbox.add({ text: 'cancel' });
    outbox.flush(send, true);
    outbox.rewind();
    outbox.flush(send, true);
    expect(sent).toEqual(['cancel']);
  });
});
