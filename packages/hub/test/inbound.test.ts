import { describe, expect, it, onTestFinished } from 'vitest';
import { createHub, type HubOptions } from '../src/index.ts';
import { aSocket } from './support/a-socket.ts';

const settled = async () => {
  for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};

function aClient(options: HubOptions = {}, hub = createHub(options)) {
  onTestFinished(() => hub.close({ graceMs: 0 }));
  const socket = aSocket();
  hub.add(socket, { id: 'somebody' });
  /** Says something, and answers with what is heard because of it. */
  const say = async (...messages: unknown[]) => {
    const before = socket.texts.length;
    for (const message of messages) socket.say(message);
    await settled();
    return socket.heard.slice(before);
  };
  return { hub, socket, say };
}

describe('what a client says', () => {
  it('is greeted with the session it names, or one of its own, and how often it is to say something', async () => {
    const { say } = aClient({ heartbeatMs: 12_000 });
    expect(await say({ type: 'hello', session: 'mine', ref: 1 })).toEqual([
      { type: 'welcome', ref: 1, session: 'mine', heartbeatMs: 12_000 },
    ]);
    expect(await say({ type: 'hello' })).toEqual([
      { type: 'welcome', session: expect.stringMatching(/^[\w-]{36}$/), heartbeatMs: 12_000 },
    ]);
  });

  it('subscribes, and is told from where on; unsubscribes, and is left in peace', async () => {
    const { hub, say, socket } = aClient();
    const [ack] = await say({ type: 'subscribe', ref: 'a', channel: 'news' });
    expect(ack).toEqual({ type: 'ack', ref: 'a', channel: 'news', id: expect.any(String) });
    hub.publish('news', 1);
    await settled();
    expect(socket.heard.at(-1)).toMatchObject({ channel: 'news', data: 1 });
    expect(await say({ type: 'unsubscribe', ref: 2, channel: 'news' })).toEqual([
      { type: 'ack', ref: 2, channel: 'news' },
    ]);
    expect(hub.publish('news', 2)).toEqual({ recipients: 0 });
  });

  it('may name the channel in `data`, as clients of other hubs do; `channel` is preferred', async () => {
    const { hub, say } = aClient();
    await say({ type: 'subscribe', data: 'one' }, { type: 'subscribe', channel: 'two', data: 'three' });
    expect(hub.channels()).toEqual(['one', 'two']);
  });

  it('gets a pong for a ping, and nothing for a pong', async () => {
    const { say } = aClient({ now: () => 5 });
    expect(await say({ type: 'ping', ref: 1 })).toEqual([{ type: 'pong', ref: 1, time: 5 }]);
    expect(await say({ type: 'pong' })).toEqual([]);
  });

  it.each([
    ['a channel that may not be named so', { type: 'subscribe', ref: 1, channel: 'a b' }, 'invalid_channel'],
    ['a channel that is not his to read', { type: 'subscribe', ref: 1, channel: 'secret' }, 'forbidden'],
    ['a message that nobody takes', { type: 'send', ref: 1, channel: 'news', data: 1 }, 'not_allowed'],
    ['a type that nobody knows', { type: 'dance', ref: 1 }, expect.any(String)],
    ['a member of the wrong type', { type: 'subscribe', ref: 1, channel: 7 }, expect.any(String)],
  ])('is refused for %s, by its own number, and stays connected', async (_what, message, code) => {
    const { say, socket } = aClient({ authorize: (_identity, channel) => channel !== 'secret' });
    expect(await say(message)).toEqual([{ type: 'error', ref: 1, code, message: expect.any(String) }]);
    expect(await say({ type: 'ping' })).toMatchObject([{ type: 'pong' }]);
    expect(socket.closedWith).toBeUndefined();
  });

  it.each(['not json', '[]', '7', 'null', '{"type":'])('is told that %s is no message', async (text) => {
    const { say } = aClient();
    expect(await say(text)).toEqual([{ type: 'error', code: 'invalid_message', message: expect.any(String) }]);
  });

  it('ends the connection with the sixth malformed message of a minute, and not when they come slowly', async () => {
    let now = 0;
    const clock = { monotonicNow: () => now };
    const slow = aClient(clock);
    for (let times = 0; times < 20; times += 1) {
      await slow.say('nonsense');
      now += 15_000;
    }
    expect(slow.socket.closedWith).toBeUndefined();
    const fast = aClient(clock);
    await fast.say(...Array.from({ length: 5 }, () => 'nonsense'));
    expect(fast.socket.closedWith).toBeUndefined();
    await fast.say('nonsense');
    expect(fast.socket.closedWith?.[0]).toBe(1008);
  });

  it('ends the connection when it is too large, or too much at once', async () => {
    const large = aClient();
    await large.say({ type: 'ping', ref: 'x'.repeat(70_000) });
    expect(large.socket.closedWith?.[0]).toBe(1009);
    const fast = aClient({ monotonicNow: () => 0 });
    await fast.say(...Array.from({ length: 100 }, () => ({ type: 'ping' })));
    expect(fast.socket.closedWith).toBeUndefined();
    await fast.say({ type: 'ping' });
    expect(fast.socket.closedWith?.[0]).toBe(1008);
  });

  it('has to be text', async () => {
    const { socket } = aClient();
    socket.emit('message', Buffer.from('{"type":"ping"}'), true);
    await settled();
    expect(socket.heard).toMatchObject([{ type: 'error', code: 'invalid_message' }]);
    socket.emit('message', [Buffer.from('{"type":'), Buffer.from('"ping"}')], false);
    await settled();
    expect(socket.heard.at(-1)).toMatchObject({ type: 'pong' });
  });

  it('means nothing any more when the connection is being ended', async () => {
    const { hub, say, socket } = aClient();
    hub.disconnect(() => true, 4001, 'over');
    expect(await say({ type: 'subscribe', ref: 1, channel: 'news' })).toEqual([]);
    expect([hub.channels(), socket.closedWith]).toEqual([[], [4001, 'over']]);
  });
});

describe('a message that a client sends', () => {
  it('is taken once however often it comes, also over another connection of its session', async () => {
    const taken: unknown[] = [];
    const onSend: HubOptions['onSend'] = (_connection, channel, data) => {
      taken.push([channel, data]);
      return { ok: true };
    };
    const first = aClient({ onSend });
    await first.say({ type: 'hello', session: 's' });
    const message = { type: 'send', ref: 1, channel: 'news', data: 'hello' };
    const ack = { type: 'ack', ref: 1, channel: 'news' };
    expect(await first.say(message, message)).toEqual([ack, ack]);
    const second = aClient({}, first.hub);
    await second.say({ type: 'hello', session: 's' });
    expect(await second.say(message)).toEqual([ack]);
    expect(taken).toEqual([['news', 'hello']]);
    // Another session counts for itself.
    const third = aClient({}, first.hub);
    expect(await third.say(message)).toEqual([ack]);
    expect(taken).toHaveLength(2);
  });

  it('is refused in the words of who takes it, and as a fault when that throws', async () => {
    const errors: unknown[] = [];
    const onSend: HubOptions['onSend'] = (_connection, channel) => {
      if (channel === 'broken') throw new Error('of the taker');
      return { ok: false, code: 'full', message: 'Come back later.' };
    };
    const { say } = aClient({ onSend, onError: (error) => errors.push(error) });
    expect(await say({ type: 'send', ref: 1, channel: 'news' })).toEqual([
      { type: 'error', ref: 1, code: 'full', message: 'Come back later.' },
    ]);
    expect(await say({ type: 'send', ref: 2, channel: 'broken' })).toMatchObject([{ ref: 2, code: 'internal' }]);
    expect(errors).toHaveLength(1);
  });
});
