import type { ServerFrame } from '@picoclaw/protocol';
import { describe, expect, it } from 'vitest';
import { applyServerFrame, changeMessage, type MessageList } from '../src/message-list.ts';

const now = 1_700_000_000_000;
const person: MessageList = [{ id: 'm1', author: 'person', content: 'hi', createdAt: now, delivery: 'sent' }];
const create = (id: string, content: string, more = {}): ServerFrame => ({
  type: 'message.create',
  payload: { message_id: id, content, ...more },
});
const update = (id: string, content: string, more = {}): ServerFrame => ({
  type: 'message.update',
  payload: { message_id: id, content, ...more },
});
const apply = (list: MessageList, ...frames: ServerFrame[]) =>
  frames.reduce((messages, frame) => applyServerFrame(messages, frame, now), list);

describe('the messages of a chat', () => {
  it('grow by what is created, at the time that the server says', () => {
    const list = apply(person, { ...create('a1', 'Hello'), timestamp: 5 }, create('a2', '!'));
    expect(list.map(({ id, author, createdAt }) => [id, author, createdAt])).toEqual([
      ['m1', 'person', now],
      ['a1', 'agent', 5],
      ['a2', 'agent', now],
    ]);
    expect(list[0]).toBe(person[0]);
  });

  it('change in their place, keeping what an update does not say', () => {
    const list = apply(
      person,
      create('a1', '…', { placeholder: true, model_name: 'm', kind: 'thought' }),
      create('a2', 'later'),
      update('a1', 'Hel'),
      update('a1', 'Hello', { tool_calls: [1], context_usage: { used: 1 }, attachments: [{ url: 'u' }] }),
    );
    expect(list.map(({ id }) => id)).toEqual(['m1', 'a1', 'a2']);
    expect(list[1]).toEqual({
      id: 'a1',
      author: 'agent',
      content: 'Hello',
      createdAt: now,
      placeholder: false,
      modelName: 'm',
      kind: 'thought',
      toolCalls: [1],
      contextUsage: { used: 1 },
      attachments: [{ url: 'u' }],
    });
  });

  it('are not doubled by a create that comes twice', () => {
    expect(apply([], create('a1', 'Hello'), create('a1', 'Hello'))).toHaveLength(1);
  });

  it('show an update whose create was missed', () => {
    expect(apply([], update('a1', 'Hello'))).toMatchObject([{ id: 'a1', content: 'Hello' }]);
  });

  it('shrink by what is deleted', () => {
    const list = apply(person, create('a1', 'Hello'), { type: 'message.delete', payload: { message_id: 'a1' } });
    expect(list).toEqual(person);
  });

  it('remember which message an error is about', () => {
    const error = { code: 'agent_failed', message: 'No model.' };
    expect(apply(person, { type: 'error', payload: { ...error, request_id: 'm1' } })).toMatchObject([
      { id: 'm1', delivery: 'failed', failure: error },
    ]);
    expect(apply(person, { type: 'error', payload: error })).toBe(person);
    expect(apply(person, { type: 'error', payload: { ...error, request_id: 'other' } })).toBe(person);
  });

  it('are stored once they are acknowledged', () => {
    expect(apply(person, { type: 'ack', payload: { id: 'm1', message_id: 's1' } })).toMatchObject([
      { id: 'm1', delivery: 'stored' },
    ]);
  });

  it('stay the same list when nothing is said of them', () => {
    for (const frame of [
      { type: 'pong' },
      { type: 'typing.start' },
      { type: 'message.delete', payload: { message_id: 'other' } },
    ] as ServerFrame[]) {
      expect(apply(person, frame)).toBe(person);
    }
    expect(changeMessage(person, 'other', { content: 'x' })).toBe(person);
  });
});
