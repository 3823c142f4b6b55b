import { describe, expect, it } from 'vitest';
import { AgentError, type AgentMessage } from '../../src/agents/agent.ts';
import { chatMessages } from '../../src/agents/chat-messages.ts';
import { aRequest } from './support/asking.ts';

const user = (content: string, ...names: string[]): AgentMessage => ({
  role: 'user',
  content,
  images: names.map((name) => ({ mediaType: 'image/png', load: async () => Buffer.from(name) })),
});
const assistant = (content: string): AgentMessage => ({ role: 'assistant', content });
const lost = { mediaType: 'image/png', load: () => Promise.reject(new Error('gone')) };

async function messagesOf(history: readonly AgentMessage[], maxTokens = 1000, content = 'now') {
  return chatMessages(aRequest(content, { history }), maxTokens);
}

const imagesIn = (messages: unknown) => JSON.stringify(messages).match(/base64,[^"]*/g) ?? [];

describe('the conversation that a model is given', () => {
  it('is the newest part that fits, from a question on', async () => {
    const history = [user('a'.repeat(40)), assistant('b'.repeat(40)), user('c'.repeat(40)), assistant('d'.repeat(40))];
    expect((await messagesOf(history, 1000)).map(({ role }) => role)).toHaveLength(5);
    expect((await messagesOf(history, 31)).map(({ content }) => String(content)[0])).toEqual(['c', 'd', 'n']);
    expect((await messagesOf(history, 40)).map(({ content }) => String(content)[0])).toEqual(['c', 'd', 'n']);
    expect(await messagesOf(history, 15)).toEqual([{ role: 'user', content: 'now' }]);
  });

  it('always has the message itself, however long it is', async () => {
    const content = 'x'.repeat(10_000);
    expect(await messagesOf([user('before')], 10, content)).toEqual([{ role: 'user', content }]);
  });

  it('alternates its roles where an answer is missing, and leaves empty answers out', async () => {
    const history = [user('one'), user('two'), assistant(''), user('three'), assistant('four'), user('five')];
    expect(await messagesOf(history)).toEqual([
      { role: 'user', content: 'one\n\ntwo\n\nthree' },
      { role: 'assistant', content: 'four' },
      { role: 'user', content: 'five\n\nnow' },
    ]);
  });

  it('has the newest images of the past, and does without one that is gone', async () => {
    const history = [user('', '1', '2'), assistant('-'), user('', '3', '4'), assistant('-'), user('x', '5')];
    const last = history.at(-1) as AgentMessage;
    const withLost = [...history.slice(0, -1), { ...last, images: [...(last.images ?? []), lost] }];
    const texts = imagesIn(await messagesOf(withLost, 100_000)).map((text) => Buffer.from(text.slice(7), 'base64'));
    expect(texts.map(String)).toEqual(['3', '4', '5']);
  });

  it('has the images that came as data URLs', async () => {
    const media = ['data:image/gif;base64,R0lG'];
    const messages = await chatMessages(aRequest('', { media }), 1000);
    expect(messages).toEqual([{ role: 'user', content: [{ type: 'image_url', image_url: { url: media[0] } }] }]);
  });

  it('cannot be made when an image of the message itself is gone', async () => {
    await expect(chatMessages(aRequest('look', { images: [lost] }), 1000)).rejects.toThrow(AgentError);
  });
});
