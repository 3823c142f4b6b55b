import { CloseCode } from '@picoclaw/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHub, type HubConnection, HubError, type HubOptions } from '../src/index.ts';
import { aSocket } from './support/a-socket.ts';

/** What was said in this turn has been handed to the sockets. */
const flushed = () => new Promise((resolve) => setImmediate(resolve));

function aHub(options: HubOptions = {}) {
  const hub = createHub(options);
  onTestFinished(() => hub.close({ graceMs: 0 }));
  const add = (id = 'somebody') => {
    const socket = aSocket();
    const connection = hub.add(socket, { id });
    if (connection === undefined) throw new Error('the hub took nobody');
    return { socket, connection };
  };
  return { hub, add };
}

describe('a hub', () => {
  it('takes sockets at once, and says who is there in sorted copies', async () => {
    const { hub, add } = aHub();
    const all = [add('one'), add('other')].map(({ connection }) => connection);
    expect(hub.connections().map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort());
    await hub.subscribe(all[0] as HubConnection, 'b');
    await hub.subscribe(all[0] as HubConnection, 'a');
    const channels = hub.channels();
    expect([channels, all[0]?.channels]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    hub.unsubscribe(all[0] as HubConnection, 'a');
    expect([channels, hub.channels()]).toEqual([['a', 'b'], ['b']]);
    expect(hub.stats()).toMatchObject({ connections: 2, channels: 1, subscriptions: 1 });
  });

  it('turns a socket away when it is full, with 1013, and when it is closed, with 1001', async () => {
    const { hub, add } = aHub({ maxConnections: 1 });
    add();
    expect(hub.isFull).toBe(true);
    const [late, tooLate] = [aSocket(), aSocket()];
    expect(hub.add(late, { id: 'x' })).toBeUndefined();
    await hub.close({ graceMs: 0 });
    expect(hub.add(tooLate, { id: 'x' })).toBeUndefined();
    expect([late.closedWith?.[0], tooLate.closedWith?.[0]]).toEqual([1013, 1001]);
  });

  it('lets go of a socket that has closed, everywhere', async () => {
    const { hub, add } = aHub();
    const { socket, connection } = add();
    await hub.subscribe(connection, 'news');
    socket.emit('close');
    expect(hub.stats()).toMatchObject({ connections: 0, channels: 0, subscriptions: 0 });
    expect(await hub.subscribe(connection, 'news')).toMatchObject({ ok: false, code: 'closed' });
  });

  it('ends those whom a filter names, and tells with what', async () => {
    const ended: unknown[] = [];
    const { hub, add } = aHub({
      onDisconnect: ({ identity }, code, reason) => ended.push([identity.id, code, reason]),
    });
    const [one, other] = [add('one'), add('other')];
    expect(hub.disconnect(({ identity }) => identity.id === 'one', CloseCode.sessionEnded, 'session ended')).toBe(1);
    await flushed();
    expect([one.socket.closedWith, other.socket.closedWith]).toEqual([[4001, 'session ended'], undefined]);
    expect(ended).toEqual([['one', 4001, 'session ended']]);
  });

  it('is not thrown off by callbacks that throw, and lets them call it', async () => {
    const errors: unknown[] = [];
    const { hub, add } = aHub({
      onConnect: (connection) => {
        void hub.subscribe(connection, 'welcome');
        throw new Error('of a callback');
      },
      onError: (error) => errors.push(error),
    });
    const { socket } = add();
    await flushed();
    hub.publish('welcome', 'hello');
    await flushed();
    expect(socket.heard).toMatchObject([{ channel: 'welcome', data: 'hello' }]);
    expect(errors).toEqual([new Error('of a callback')]);
  });

  it('says 1001 to all when it closes, cuts off who does not answer, and may be closed again', async () => {
    const { hub, add } = aHub();
    const [polite, silent] = [add(), add()];
    silent.socket.answersClose = false;
    await Promise.all([hub.close({ graceMs: 5 }), hub.close()]);
    expect([polite.socket.closedWith?.[0], silent.socket.closedWith?.[0]]).toEqual([1001, 1001]);
    expect([polite.socket.isTerminated, silent.socket.isTerminated]).toEqual([false, true]);
    expect(hub.publish('news', 1)).toEqual({ recipients: 0 });
  });

  it('ends with the signal it was given', async () => {
    const controller = new AbortController();
    const { add } = aHub({ signal: controller.signal });
    const { socket } = add();
    controller.abort();
    await expect.poll(() => socket.closedWith?.[0]).toBe(1001);
  });
});

describe('a channel', () => {
  it('has its subscribers, each once, and is gone with the last one', async () => {
    const { hub, add } = aHub();
    const { socket, connection } = add();
    for (let times = 0; times < 2; times += 1) expect(await hub.subscribe(connection, 'news')).toEqual({ ok: true });
    expect([hub.subscriberCount('news'), hub.stats().subscriptions]).toEqual([1, 1]);
    const other = add();
    expect(hub.publish('news', 1)).toEqual({ recipients: 1 });
    await flushed();
    expect([socket.texts.length, other.socket.texts.length]).toEqual([1, 0]);
    expect([hub.unsubscribe(connection, 'news'), hub.unsubscribe(connection, 'news')]).toEqual([true, false]);
    expect([hub.channels(), hub.publish('news', 2)]).toEqual([[], { recipients: 0 }]);
  });

  it.each([
    ['a', true],
    ['A-z_0.9:x', true],
    ['x'.repeat(256), true],
    ['', false],
    ['x'.repeat(257), false],
    ['with space', false],
    ['ünïcödé', false],
    ['a/b', false],
  ])('may be named %j: %s', async (name, isName) => {
    const { hub, add } = aHub();
    const { connection } = add();
    expect((await hub.subscribe(connection, name)).ok).toBe(isName);
    if (isName) hub.publish(name, 1);
    else expect(() => hub.publish(name, 1)).toThrow(HubError);
  });

  it.each([
    ['gateway', true],
    ['x'.repeat(128), true],
    ['', false],
    ['x'.repeat(129), false],
    ['a:b', false],
  ])('of a process may have the id %j: %s', (id, isId) => {
    const { hub } = aHub();
    const publish = () => hub.publishProcessOutput(id, 'line');
    if (isId) expect(publish()).toEqual({ recipients: 0 });
    else expect(publish).toThrow(expect.objectContaining({ code: 'invalid_process_id' }));
  });

  it('is refused beyond the limit of one connection, and others work', async () => {
    const { hub, add } = aHub({ maxSubscriptions: 2 });
    const { connection } = add();
    for (const name of ['a', 'b']) await hub.subscribe(connection, name);
    expect(await hub.subscribe(connection, 'c')).toMatchObject({ ok: false, code: 'too_many_subscriptions' });
    expect(await hub.subscribe(connection, 'a')).toEqual({ ok: true });
    hub.unsubscribe(connection, 'a');
    expect(await hub.subscribe(connection, 'c')).toEqual({ ok: true });
  });

  it.each<[string, HubOptions['authorize'], boolean]>([
    ['a yes', () => true, true],
    ['a later yes', async () => true, true],
    ['a no', () => false, false],
    ['something that is not yes', () => 1 as never, false],
    ['a fault', () => Promise.reject(new Error('of the authoriser')), false],
  ])('is opened by %s of its authoriser: %s', async (_what, authorize, isOpen) => {
    const errors: unknown[] = [];
    const { hub, add } = aHub({ ...(authorize && { authorize }), onError: (error) => errors.push(error) });
    const { connection } = add();
    expect(await hub.subscribe(connection, 'news')).toMatchObject(isOpen ? { ok: true } : { code: 'forbidden' });
    expect(hub.subscriberCount('news')).toBe(isOpen ? 1 : 0);
    expect(errors).toHaveLength(_what === 'a fault' ? 1 : 0);
  });

  it.each(['unsubscribe', 'close'])('is not entered by who says %s while he is being judged', async (what) => {
    let allow = (_isAllowed: boolean) => {};
    const { hub, add } = aHub({
      authorize: () =>
        new Promise((resolve) => {
          allow = resolve;
        }),
    });
    const { socket, connection } = add();
    const entering = hub.subscribe(connection, 'news');
    if (what === 'close') socket.emit('close');
    else hub.unsubscribe(connection, 'news');
    allow(true);
    expect(await entering).toMatchObject({ ok: false, code: 'closed' });
    expect(hub.stats().subscriptions).toBe(0);
  });

  it('keeps its counts right however connections come, go and talk at the same time', async () => {
    const { hub, add } = aHub({ maxConnections: 1_000 });
    const all = Array.from({ length: 60 }, () => add());
    const names = ['a', 'b', 'c'];
    await Promise.all(
      all.map(async ({ socket, connection }, number) => {
        for (const name of names) await hub.subscribe(connection, name);
        hub.broadcast(number);
        if (number % 2 === 0) hub.unsubscribe(connection, names[number % 3] ?? 'a');
        if (number % 5 === 0) socket.emit('close');
      }),
    );
    const expected = hub.connections().reduce((sum, { channels }) => sum + channels.length, 0);
    expect(hub.stats()).toMatchObject({ connections: 48, subscriptions: expected });
    expect(names.reduce((sum, name) => sum + hub.subscriberCount(name), 0)).toBe(expected);
  });
});
