import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@picoclaw/auth';
import type { ClientFrame, ServerFrame } from '@picoclaw/protocol';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Agent, AgentError, type AgentRequest } from '../../src/agents/agent.ts';
import type { Connection } from '../../src/channel/connection.ts';
import { createMessageMedia } from '../../src/channel/message-media.ts';
import { createSession } from '../../src/channel/session.ts';
import { createHistoryStore } from '../../src/history/history-store.ts';
import { createLoneRecords } from '../../src/history/lone-record.ts';
import { createMediaStore } from '../../src/media/media-store.ts';

type Message = Extract<ClientFrame, { type: 'message.send' }>;
const log = pino({ level: 'silent' });
const message = (content: string, id = content): Message => ({
  type: 'message.send',
  id,
  payload: { content, media: [], attachments: [] },
});

/** A socket of the session; `isNumbered` speaks pico.v2. */
function createListener({ isNumbered = false } = {}) {
  const heard: ServerFrame[] = [];
  const refused: string[] = [];
  const connection: Connection = {
    ...{ token: new Secret('x'), isNumbered, bufferedBytes: 0 },
    send: (text) => void heard.push(JSON.parse(text)),
    refuse: (code, _message, requestId) => void refused.push(`${code} ${requestId}`),
    close: () => undefined,
    terminate: () => undefined,
  };
  const types = () => heard.map(({ type }) => type);
  const contents = () => heard.flatMap((frame) => (frame.type === 'message.create' ? frame.payload.content : []));
  return { connection, heard, refused, types, contents };
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

interface TestSessionOptions {
  readonly maxQueued?: number;
  readonly whenBusy?: 'wait' | 'cancel';
  readonly folder?: string;
}

async function createTestSession(agent: Agent, { whenBusy = 'wait', folder, ...options }: TestSessionOptions = {}) {
  const onIdle = vi.fn();
  const own = folder ?? mkdtempSync(join(tmpdir(), 'picoclaw-session-'));
  if (folder === undefined) onTestFinished(() => rmSync(own, { recursive: true, force: true }));
  const store = createHistoryStore({ folder: own, log });
  const history = await createLoneRecords(store, log).open('s');
  const session = createSession({
    ...{
      id: 's',
      instanceId: 'i',
      agent,
      record: history,
      media: createMessageMedia(createMediaStore({ folder: join(own, 'media'), log }), log),
      log,
      onIdle,
      ...options,
    },
    whenBusy: () => whenBusy,
  });
  return { session, onIdle, history, store, folder: own };
}

describe('a session', () => {
  it('answers one message after the other, so that answers never interleave', async () => {
    const { agent, asked, release } = createHeldAgent();
    const { session } = await createTestSession(agent);
    const { connection, types, contents } = createListener();
    session.join(connection);
    for (const content of ['one', 'two']) session.receive(message(content), connection);
    await expect.poll(() => asked.map(({ content }) => content)).toEqual(['one']);
    release();
    await expect.poll(() => asked.length).toBe(2);
    release();
    await expect.poll(types).toHaveLength(6);
    expect(contents()).toEqual(['answer to one', 'answer to two']);
  });

  it('gives its agent what was said before, each question with its answer', async () => {
    const { agent, asked, release } = createHeldAgent();
    const { session } = await createTestSession(agent);
    const { connection } = createListener();
    session.join(connection);
    for (const content of ['one', 'two', 'three']) {
      session.receive(message(content), connection);
      await expect.poll(() => asked.at(-1)?.content).toBe(content);
      release();
    }
    expect(asked.map(({ history }) => history.map(({ content }) => content))).toEqual([
      [],
      ['one', 'answer to one'],
      ['one', 'answer to one', 'two', 'answer to two'],
    ]);
  });

  it('refuses what does not fit into its queue, to the sender alone', async () => {
    const { agent, asked } = createHeldAgent();
    const { session } = await createTestSession(agent, { maxQueued: 1 });
    const [sender, other] = [createListener(), createListener()];
    for (const { connection } of [sender, other]) session.join(connection);
    session.receive(message('one'), sender.connection);
    await expect.poll(() => asked.length).toBe(1);
    for (const content of ['two', 'three']) session.receive(message(content), sender.connection);
    await expect.poll(() => sender.refused).toEqual(['rate_limited three']);
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
    const { session, store } = await createTestSession(agent);
    const { connection, heard, types } = createListener();
    session.join(connection);
    session.receive(message('one', 'q1'), connection);
    await expect.poll(types).toEqual(['typing.start', 'error', 'typing.stop']);
    expect(heard[1]).toMatchObject({ payload: { code: 'agent_failed', message: shown, request_id: 'q1' } });
    await expect
      .poll(async () => (await store.page('s', { limit: 9 }))?.messages)
      .toMatchObject([{ content: 'one' }, { role: 'assistant', content: '', error: shown }]);
  });

  it('ends the answer with what it had when the client cancels, and says so', async () => {
    const { agent, asked } = createHeldAgent();
    const { session, store } = await createTestSession(agent);
    const { connection, heard, types } = createListener();
    session.join(connection);
    session.receive(message('one'), connection);
    await expect.poll(() => asked.length).toBe(1);
    session.receive({ type: 'message.cancel', payload: { message_id: 'of another answer' } }, connection);
    expect(asked[0]?.signal.aborted).toBe(false);
    session.receive({ type: 'message.cancel', payload: {} }, connection);
    await expect.poll(types).toEqual(['typing.start', 'message.create', 'typing.stop']);
    expect(heard[1]).toMatchObject({ payload: { content: '', cancelled: true } });
    await expect
      .poll(async () => (await store.page('s', { limit: 9 }))?.messages.at(-1))
      .toMatchObject({ role: 'assistant', cancelled: true });
  });

  it('lets a further message cancel the answer before it, where that is configured', async () => {
    const { agent, asked, release } = createHeldAgent();
    const { session } = await createTestSession(agent, { whenBusy: 'cancel' });
    const { connection, contents } = createListener();
    session.join(connection);
    session.receive(message('one'), connection);
    await expect.poll(() => asked.length).toBe(1);
    session.receive(message('two'), connection);
    await expect.poll(() => asked.map(({ content }) => content)).toEqual(['one', 'two']);
    expect(asked[0]?.signal.reason).toBe('cancelled');
    release();
    release();
    await expect.poll(contents).toEqual(['', 'answer to two']);
  });

  it('goes on without a listener, stores the answer, and is idle only then', async () => {
    const { agent, asked, release } = createHeldAgent();
    const { session, onIdle, store } = await createTestSession(agent);
    const { connection } = createListener();
    session.join(connection);
    session.receive(message('one'), connection);
    await expect.poll(() => asked.length).toBe(1);
    session.leave(connection);
    expect(onIdle).not.toHaveBeenCalled();
    release();
    await expect.poll(() => onIdle.mock.calls.length).toBe(1);
    await expect
      .poll(async () => (await store.page('s', { limit: 9 }))?.messages.at(-1)?.content)
      .toBe('answer to one');
  });

  it('finishes the answer that it gives, and leaves what waits to the next gateway', async () => {
    const first = createHeldAgent();
    const { session, history, folder } = await createTestSession(first.agent);
    const { connection } = createListener({ isNumbered: true });
    session.join(connection);
    for (const content of ['one', 'two']) session.receive(message(content), connection);
    await expect.poll(() => first.asked.length).toBe(1);
    await expect.poll(() => history.find('two')).toBeTypeOf('string');
    const finished = session.finish();
    first.release();
    await finished;
    expect(first.asked).toHaveLength(1);
    await history.release();

    const second = createHeldAgent();
    await createTestSession(second.agent, { folder });
    await expect.poll(() => second.asked.map(({ content }) => content)).toEqual(['two']);
  });
});
