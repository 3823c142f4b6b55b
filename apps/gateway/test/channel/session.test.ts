import { Secret } from '@picoclaw/auth';
import type { ClientFrame } from '@picoclaw/protocol';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { type Agent, AgentError, type AgentRequest } from '../../src/agents/agent.ts';
import type { Connection } from '../../src/channel/connection.ts';
import { createSession } from '../../src/channel/session.ts';

type Message = Extract<ClientFrame, { type: 'message.send' }>;
const log = pino({ level: 'silent' });
const message = (content: string, id = content): Message => ({
  type: 'message.send',
  id,
  payload: { content, media: [], attachments: [] },
});

function createListener() {
  const heard: { type: string; payload?: { content?: string; code?: string; request_id?: string } }[] = [];
  const refused: string[] = [];
  const connection: Connection = {
    token: new Secret('x'),
    send: (text) => void heard.push(JSON.parse(text)),
    refuse: (code, _message, requestId) => void refused.push(`${code} ${requestId}`),
    close: () => undefined,
    terminate: () => undefined,
  };
  return { connection, heard, refused };
}

/** An agent whose answers end when the test says so. */
function createHeldAgent() {
  const asked: AgentRequest[] = [];
  const releases: (() => void)[] = [];
  const agent: Agent = {
    modelName: undefined,
    async *answer(request) {
      asked.push(request);
      await new Promise<void>((resolve) => {
        releases.push(resolve);
        request.signal.addEventListener('abort', () => resolve());
      });
      yield { kind: 'text', text: `answer to ${request.content}` };
    },
  };
  return { agent, asked, release: () => releases.shift()?.() };
}

function createTestSession(agent: Agent, options: { maxQueued?: number; unheardMs?: number } = {}) {
  const onIdle = vi.fn();
  return { session: createSession({ id: 's', agent, log, onIdle, ...options }), onIdle };
}

describe('a session', () => {
  it('answers one message after the other, so that answers never interleave', async () => {
    const { agent, asked, release } = createHeldAgent();
    const { session } = createTestSession(agent);
    const { connection, heard } = createListener();
    session.join(connection);
    for (const content of ['one', 'two']) session.receive(message(content), connection);
    expect(asked.map(({ content }) => content)).toEqual(['one']);
    release();
    await expect.poll(() => asked.length).toBe(2);
    release();
    await expect.poll(() => heard.length).toBe(6);
    expect(heard.map(({ payload }) => payload?.content).filter(Boolean)).toEqual(['answer to one', 'answer to two']);
  });

  it('refuses what does not fit into its queue, to the sender alone', () => {
    const { session } = createTestSession(createHeldAgent().agent, { maxQueued: 1 });
    const [sender, other] = [createListener(), createListener()];
    for (const { connection } of [sender, other]) session.join(connection);
    for (const content of ['one', 'two', 'three']) session.receive(message(content), sender.connection);
    expect(sender.refused).toEqual(['rate_limited three']);
    expect(other.refused).toEqual([]);
  });

  it.each([
    ['an agent’s own reason', new AgentError('The provider is out of credit.'), 'The provider is out of credit.'],
    ['a fault', new Error('ENOENT /secret'), 'The agent failed; the log of the gateway says why.'],
  ])('reports %s as agent_failed and goes on', async (_what, error, shown) => {
    const agent: Agent = {
      modelName: undefined,
      // biome-ignore lint/correctness/useYield: an agent that fails before its first piece
      async *answer() {
        throw error;
      },
    };
    const { session } = createTestSession(agent);
    const { connection, heard } = createListener();
    session.join(connection);
    session.receive(message('one', 'q1'), connection);
    await expect.poll(() => heard.map(({ type }) => type)).toEqual(['typing.start', 'error', 'typing.stop']);
    expect(heard[1]?.payload).toEqual({ code: 'agent_failed', message: shown, request_id: 'q1' });
  });

  it('breaks the answer off when the client cancels', async () => {
    const { agent, asked } = createHeldAgent();
    const { session } = createTestSession(agent);
    const { connection, heard } = createListener();
    session.join(connection);
    session.receive(message('one'), connection);
    session.receive({ type: 'message.cancel', payload: { message_id: 'of another answer' } }, connection);
    expect(asked[0]?.signal.aborted).toBe(false);
    session.receive({ type: 'message.cancel', payload: {} }, connection);
    await expect.poll(() => heard.map(({ type }) => type)).toEqual(['typing.start', 'typing.stop']);
  });

  it('is idle only without sockets and without work', async () => {
    const { agent, release } = createHeldAgent();
    const { session, onIdle } = createTestSession(agent);
    const { connection } = createListener();
    session.join(connection);
    session.receive(message('one'), connection);
    session.leave(connection);
    expect(onIdle).not.toHaveBeenCalled();
    release();
    await expect.poll(() => onIdle.mock.calls.length).toBe(1);
  });

  it('gives an answer up that nobody has been listening to for a while', async () => {
    const { agent, asked } = createHeldAgent();
    const { session, onIdle } = createTestSession(agent, { unheardMs: 5 });
    const { connection } = createListener();
    session.join(connection);
    session.receive(message('one'), connection);
    session.receive(message('two'), connection);
    session.leave(connection);
    await expect.poll(() => onIdle.mock.calls.length).toBe(1);
    expect(asked).toHaveLength(1);
  });

  it('goes on for a listener that came back in time', async () => {
    const { agent, asked, release } = createHeldAgent();
    const { session } = createTestSession(agent, { unheardMs: 10_000 });
    const [before, after] = [createListener(), createListener()];
    session.join(before.connection);
    session.receive(message('one'), before.connection);
    session.leave(before.connection);
    session.join(after.connection);
    release();
    await expect.poll(() => after.heard.map(({ type }) => type)).toEqual(['message.create', 'typing.stop']);
    expect(asked[0]?.signal.aborted).toBe(false);
  });

  it('finishes the answer that it gives and forgets what waits', async () => {
    const { agent, asked, release } = createHeldAgent();
    const { session } = createTestSession(agent);
    const { connection } = createListener();
    session.join(connection);
    for (const content of ['one', 'two']) session.receive(message(content), connection);
    const finished = session.finish();
    release();
    await finished;
    expect(asked).toHaveLength(1);
  });
});
