import { describe, expect, it } from 'vitest';
import { createBuiltInAgent } from '../../src/agents/built-in-agent.ts';

async function answersTo(content: string, model?: string, signal = new AbortController().signal): Promise<string[]> {
  const agent = createBuiltInAgent({ status: () => 'all is well', configuredModel: () => model, pieceDelayMs: 0 });
  const pieces: string[] = [];
  for await (const delta of agent.answer({ sessionId: 's', content, images: [], history: [], signal }))
    if (delta.kind === 'text') pieces.push(delta.text);
  return pieces;
}

describe('the built-in agent', () => {
  it('echoes, keeping line breaks', async () => {
    expect(await answersTo('/echo hello\n world')).toEqual(['hello\n world']);
  });

  it('lists its commands for /help', async () => {
    const [text] = await answersTo(' /help ');
    for (const command of ['/help', '/status', '/echo', '/stream']) expect(text).toContain(command);
  });

  it('tells the status', async () => {
    expect(await answersTo('/status')).toEqual(['all is well']);
  });

  it('streams as many pieces as it was asked for', async () => {
    expect(await answersTo('/stream 4')).toEqual(['1', ' 2', ' 3', ' 4']);
  });

  it.each(['0', '-1', '1.5', '1001', 'many'])('refuses to stream %s pieces', async (count) => {
    expect((await answersTo(`/stream ${count}`)).join('')).toContain('from 1 to 1000');
  });

  it('stops streaming when it is told to', async () => {
    await expect(answersTo('/stream 5', undefined, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });

  it('says that no model is configured and how to add one', async () => {
    const [text] = await answersTo('What is the weather like?');
    expect(text).toContain('No model is configured');
    expect(text).toContain('model_list');
  });

  it('does not say so when one is', async () => {
    const [text] = await answersTo('hello', 'local');
    expect(text).toContain('`local`');
    expect(text).not.toContain('No model is configured');
  });

  it('names a command that it does not know', async () => {
    expect((await answersTo('/dance now')).join('')).toContain('`/dance`');
  });
});
