import { expect, it } from 'vitest';
import { conversationBefore } from '../../src/channel/conversation.ts';
import type { StoredMessage } from '../../src/history/stored-message.ts';

const question = (message_id: string): StoredMessage => ({ role: 'user', message_id, content: message_id, time: 0 });
const answer = (reply_to: string): StoredMessage => ({
  ...{ role: 'assistant', message_id: `answer to ${reply_to}`, reply_to, content: '', time: 0 },
});
const ids = (past: StoredMessage[], before: string) => conversationBefore(past, before).map((each) => each.message_id);

it('puts each answer behind its question, though another question came first', () => {
  const past = [question('one'), question('two'), answer('one'), question('three'), answer('two')];
  expect(ids(past, 'three')).toEqual(['one', 'answer to one', 'two', 'answer to two']);
});

it('ends before the message itself and what came after it', () => {
  const past = [question('one'), question('two'), question('three'), answer('one')];
  expect(ids(past, 'two')).toEqual(['one', 'answer to one']);
  expect(ids(past, 'one')).toEqual([]);
});

it('leaves out an answer whose question is too long ago, and keeps a question without an answer', () => {
  expect(ids([answer('gone'), question('one'), question('two')], 'two')).toEqual(['one']);
});
