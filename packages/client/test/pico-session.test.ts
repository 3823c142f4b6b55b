import { type ClientFrame, CloseCode, encodeFrame, parseClientFrame, type ServerFrame } from '@picoclaw/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ChatMessage, createPicoSession, type PicoSessionOptions } from '../src/index.ts';
import { createManualClock } from './support/manual-clock.ts';
import { type Accepted, startSocketServer } from './support/socket-server.ts';
import { untilSnapshot } from './support/wait.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function open({ selects, ...options }: Partial<PicoSessionOptions> & { selects?: string } = {}) {
  const server = await startSocketServer(selects === undefined ? {} : { handleProtocols: () => selects });
  cleanups.push(() => server.stop());
  const clock = createManualClock();
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `m${ids}`;
  };
  const session = createPicoSession({
    url: server.url,
    sessionId: 's1',
    webSocket: WebSocket,
    random: () => 1,
    now: clock.now,
    timers: clock.timers,
    newId,
    ...options,
  });
  cleanups.push(() => session.close());
  return { server, clock, session };
}

/** What a client said, judged as a gateway does. */
async function frameFrom(connection: Accepted): Promise<ClientFrame> {
  const result = parseClientFrame(await connection.text());
  if (!result.ok) throw new Error(result.message);
  return result.frame;
}
const say = ({ socket }: Accepted, ...frames: ServerFrame[]) => {
  for (const frame of frames) socket.send(encodeFrame(frame));
};
const contents = ({ messages }: { messages: readonly ChatMessage[] }) => messages.map(({ content }) => content);
const inState = (state: string) => (snapshot: { connection: { state: string } }) => snapshot.connection.state === state;

describe('a chat', () => {
  it('names its session in the address and sends a message under an id of its own', async () => {
    const { server, clock, session } = await open();
    const connection = await server.accept();
    await untilSnapshot(session, inState('connected'));
    expect(connection.request.url).toBe('/pico/ws?session_id=s1');
    const sent = session.send('hello');
    expect(sent).toEqual({ id: 'm1', author: 'person', content: 'hello', createdAt: clock.now(), delivery: 'sent' });
    expect(session.getSnapshot().messages).toEqual([sent]);
    expect(await frameFrom(connection)).toEqual({
      type: 'message.send',
      id: 'm1',
      session_id: 's1',
      timestamp: clock.now(),
      payload: { content: 'hello', media: [], attachments: [] },
    });
  });

  it('sends images and attachments beside no text at all', async () => {
    const { server, session } = await open();
    const media = ['data:image/png;base64,iVBORw0KGgo='];
    session.send({ content: '', media, attachments: [{ url: '/pico/media/a1' }] });
    expect(await frameFrom(await server.accept())).toMatchObject({
      payload: { content: '', media, attachments: [{ url: '/pico/media/a1' }] },
    });
  });

  it('shows an answer as it streams in, and whether the agent is at it', async () => {
    const { server, session } = await open();
    const connection = await server.accept();
    say(
      connection,
      { type: 'typing.start' },
      { type: 'message.create', payload: { message_id: 'a1', content: 'Hel' } },
    );
    const during = await untilSnapshot(session, ({ messages }) => messages.length === 1);
    expect(during).toMatchObject({ typing: true, messages: [{ content: 'Hel' }] });
    say(
      connection,
      { type: 'message.update', payload: { message_id: 'a1', content: 'Hello' } },
      { type: 'typing.stop' },
    );
    const after = await untilSnapshot(session, ({ typing }) => !typing);
    expect(contents(after)).toEqual(['Hello']);
  });

  it('has one and the same snapshot until something changes', async () => {
    const { server, session } = await open();
    const connection = await server.accept();
    const before = await untilSnapshot(session, inState('connected'));
    const frames: string[] = [];
    const marker = new Promise<void>((resolve) => {
      session.onFrame(({ type }) => {
        if (frames.push(type) === 2) resolve();
      });
    });
    connection.socket.send('not a frame');
    say(connection, { type: 'pong' }, { type: 'typing.stop' });
    await marker;
    expect(frames).toEqual(['pong', 'typing.stop']);
    expect(session.getSnapshot()).toBe(before);
  });

  it('keeps an error that is about no message until the next message', async () => {
    const { server, session } = await open();
    const connection = await server.accept();
    say(connection, { type: 'error', payload: { code: 'rate_limited', message: 'Slow down.' } });
    const { error } = await untilSnapshot(session, (snapshot) => snapshot.error !== undefined);
    expect(error).toEqual({ code: 'rate_limited', message: 'Slow down.' });
    session.send('again');
    expect(session.getSnapshot()).not.toHaveProperty('error');
  });

  it('marks the message that an error is about, and sends it again under the same id', async () => {
    const { server, session } = await open();
    const connection = await server.accept();
    const { id } = session.send('hello');
    await frameFrom(connection);
    say(connection, { type: 'error', payload: { code: 'agent_failed', message: 'No.', request_id: id } });
    const failed = await untilSnapshot(session, ({ messages }) => messages[0]?.delivery === 'failed');
    expect(failed.messages[0]?.failure).toEqual({ code: 'agent_failed', message: 'No.' });
    session.retry(id);
    expect(session.getSnapshot().messages).toMatchObject([{ id, delivery: 'sent' }]);
    expect(session.getSnapshot().messages[0]).not.toHaveProperty('failure');
    expect(await frameFrom(connection)).toMatchObject({ id, payload: { content: 'hello' } });
  });

  it('can ask the agent to stop, but only a connected one', async () => {
    const { server, session } = await open();
    session.cancel('too early');
    const connection = await server.accept();
    await untilSnapshot(session, inState('connected'));
    session.cancel('a1');
    session.cancel();
    expect(await frameFrom(connection)).toEqual({ type: 'message.cancel', payload: { message_id: 'a1' } });
    expect(await frameFrom(connection)).toEqual({ type: 'message.cancel', payload: {} });
  });
});

describe('a chat whose connection comes and goes', () => {
  it('keeps what was written meanwhile and sends it in order, in the same session', async () => {
    const { server, clock, session } = await open();
    const first = await server.accept();
    await untilSnapshot(session, inState('connected'));
    first.socket.close(CloseCode.restart);
    await untilSnapshot(session, inState('disconnected'));
    expect([session.send('one').delivery, session.send('two').delivery]).toEqual(['queued', 'queued']);
    clock.advance(4_000);
    const second = await server.accept();
    expect(second.request.url).toBe('/pico/ws?session_id=s1');
    expect([await frameFrom(second), await frameFrom(second)]).toMatchObject([
      { id: 'm1', payload: { content: 'one' } },
      { id: 'm2', payload: { content: 'two' } },
    ]);
    expect(session.getSnapshot().messages.map(({ delivery }) => delivery)).toEqual(['sent', 'sent']);
  });

  it('doubles nothing when the server says a message again', async () => {
    const { server, clock, session } = await open();
    const first = await server.accept();
    session.send('hello');
    await frameFrom(first);
    say(first, { type: 'message.create', payload: { message_id: 'a1', content: 'Hel' } });
    await untilSnapshot(session, ({ messages }) => messages.length === 2);
    first.socket.terminate();
    await untilSnapshot(session, inState('disconnected'));
    clock.advance(4_000);
    const second = await server.accept();
    say(
      second,
      { type: 'message.create', payload: { message_id: 'a1', content: 'Hello' } },
      { type: 'message.update', payload: { message_id: 'a1', content: 'Hello!' } },
    );
    const snapshot = await untilSnapshot(session, ({ messages }) => messages.at(-1)?.content === 'Hello!');
    expect(contents(snapshot)).toEqual(['hello', 'Hello!']);
  });

  it('does not leave the agent typing for ever', async () => {
    const { server, session } = await open();
    const connection = await server.accept();
    say(connection, { type: 'typing.start' });
    await untilSnapshot(session, ({ typing }) => typing);
    connection.socket.terminate();
    const snapshot = await untilSnapshot(session, inState('disconnected'));
    expect(snapshot.typing).toBe(false);
  });

  it('fails what waits when the session has ended for good, and what comes after', async () => {
    const { server, session } = await open();
    const connection = await server.accept();
    await untilSnapshot(session, inState('connected'));
    connection.socket.close(CloseCode.restart);
    await untilSnapshot(session, inState('disconnected'));
    session.send('waits');
    session.close();
    session.send('late');
    expect(session.getSnapshot()).toMatchObject({
      connection: { state: 'closed' },
      messages: [
        { content: 'waits', delivery: 'failed', failure: { code: 'closed' } },
        { content: 'late', delivery: 'failed', failure: { code: 'closed' } },
      ],
    });
  });

  it('says so when it can keep no more, and keeps the order of what it could', async () => {
    const { session } = await open({ maxOutbox: 1 });
    session.send('kept');
    expect(session.send('refused')).toMatchObject({ delivery: 'failed', failure: { code: 'outbox_full' } });
    expect(contents(session.getSnapshot())).toEqual(['kept', 'refused']);
  });
});

describe('a chat by pico.v2', () => {
  const v2 = { selects: 'pico.v2', subprotocols: ['pico.v2', 'pico.v1'] };
  const hello = (seq: number): ServerFrame => ({
    type: 'hello',
    payload: { session_id: 's1', instance_id: 'i1', seq },
  });
  const answer = (seq: number, content: string): ServerFrame => ({
    type: 'message.create',
    seq,
    payload: { message_id: `a${seq}`, content },
  });
  const comeBack = async ({ server, clock, session }: Awaited<ReturnType<typeof open>>, { socket }: Accepted) => {
    socket.close(CloseCode.restart);
    await untilSnapshot(session, inState('disconnected'));
    clock.advance(4_000);
    return server.accept();
  };

  it('resumes after the last frame that came, and hears none twice', async () => {
    const opened = await open(v2);
    const { server, session } = opened;
    const frames: string[] = [];
    session.onFrame(({ type, seq }) => frames.push(`${type} ${seq ?? ''}`));
    const first = await server.accept();
    expect(first.request.url).toBe('/pico/ws?session_id=s1');
    say(first, hello(4), answer(5, 'five'));
    await untilSnapshot(session, ({ messages }) => messages.length === 1);
    const second = await comeBack(opened, first);
    expect(second.request.url).toBe('/pico/ws?session_id=s1&after=5');
    say(second, hello(6), answer(5, 'five'), answer(6, 'six'));
    const snapshot = await untilSnapshot(session, ({ messages }) => messages.length === 2);
    expect(contents(snapshot)).toEqual(['five', 'six']);
    expect(frames).toEqual(['hello ', 'message.create 5', 'hello ', 'message.create 6']);
  });

  it('sends a message again until it is stored', async () => {
    const opened = await open(v2);
    const first = await opened.server.accept();
    say(first, hello(0));
    const { id } = opened.session.send('hello');
    await frameFrom(first);
    const second = await comeBack(opened, first);
    say(second, hello(0));
    expect(await frameFrom(second)).toMatchObject({ type: 'message.send', id });
    say(second, { type: 'ack', seq: 1, payload: { id, message_id: 'm' } });
    await untilSnapshot(opened.session, ({ messages }) => messages[0]?.delivery === 'stored');
    const third = await comeBack(opened, second);
    say(third, hello(1));
    opened.session.send('next');
    expect(await frameFrom(third)).toMatchObject({ payload: { content: 'next' } });
  });

  it('does not send again by itself what was refused', async () => {
    const opened = await open(v2);
    const first = await opened.server.accept();
    say(first, hello(0));
    const { id } = opened.session.send('refused');
    await frameFrom(first);
    say(first, { type: 'error', seq: 1, payload: { code: 'rate_limited', message: 'Slow down.', request_id: id } });
    await untilSnapshot(opened.session, ({ messages }) => messages[0]?.delivery === 'failed');
    const second = await comeBack(opened, first);
    say(second, hello(1));
    opened.session.send('next');
    expect(await frameFrom(second)).toMatchObject({ payload: { content: 'next' } });
  });

  it('says nothing before it knows where the session is, so that it can say what it missed', async () => {
    const opened = await open(v2);
    const first = await opened.server.accept();
    opened.session.send('waits');
    await untilSnapshot(opened.session, inState('connected'));
    expect(opened.session.getSnapshot().messages[0]?.delivery).toBe('queued');
    say(first, hello(7));
    expect(await frameFrom(first)).toMatchObject({ payload: { content: 'waits' } });
    const second = await comeBack(opened, first);
    expect(second.request.url).toBe('/pico/ws?session_id=s1&after=7');
  });
});

describe('the history of a chat', () => {
  const history: ChatMessage[] = [{ id: 'h1', author: 'person', content: 'earlier', createdAt: 1 }];

  it('may be there from the beginning', async () => {
    const { session } = await open({ history });
    session.send('now');
    expect(contents(session.getSnapshot())).toEqual(['earlier', 'now']);
  });

  it('may come later, and keeps what has not been delivered', async () => {
    const { session } = await open();
    session.send('waits');
    session.setHistory(history);
    expect(contents(session.getSnapshot())).toEqual(['earlier', 'waits']);
  });

  it('begins where it begins: what was shown before that goes, what came since stays behind it', async () => {
    const earlier: ChatMessage = { id: 'h0', author: 'agent', content: 'before it', createdAt: 0 };
    const { session, server } = await open({ history: [earlier, ...history] });
    const socket = await server.accept();
    say(socket, { type: 'message.create', timestamp: 9, payload: { message_id: 'm1', content: 'since' } });
    await untilSnapshot(session, ({ messages }) => messages.length === 3);
    session.setHistory(history);
    expect(contents(session.getSnapshot())).toEqual(['earlier', 'since']);
    session.setHistory([earlier, ...session.getSnapshot().messages]);
    expect(contents(session.getSnapshot())).toEqual(['before it', 'earlier', 'since']);
  });

  it('of which nothing is shown is in the place of what is older, and before what is newer', async () => {
    const shown: ChatMessage[] = [
      { id: 'old', author: 'agent', content: 'long ago', createdAt: 0 },
      { id: 'new', author: 'agent', content: 'just now', createdAt: 2 },
    ];
    const { session } = await open({ history: shown });
    session.setHistory(history);
    expect(contents(session.getSnapshot())).toEqual(['earlier', 'just now']);
  });
});
