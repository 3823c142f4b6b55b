import { CloseCode } from '@picoclaw/protocol';
import { describe, expect, it } from 'vitest';
import { createHubSends } from '../src/hub-sends.ts';
import { endWait } from './support/dial.ts';
import { type HubPeer, openHubClient } from './support/hub-peer.ts';
import { untilState } from './support/wait.ts';

type Opened = Awaited<ReturnType<typeof openHubClient>>;

async function comeBack({ client, clock, accept }: Opened, { connection }: HubPeer, code: number): Promise<HubPeer> {
  connection.socket.close(code);
  await untilState(client, 'disconnected');
  endWait({ client, clock });
  return accept();
}

describe('a message to a hub', () => {
  it('is done when the hub has taken it', async () => {
    const { client, accept } = await openHubClient();
    const hub = await accept();
    const outcome = client.send('a', { text: 'hello' });
    expect(await hub.hear()).toEqual({ type: 'send', ref: 1, channel: 'a', data: { text: 'hello' } });
    hub.say({ type: 'ack', ref: 1 });
    expect(await outcome).toEqual({ ok: true });
  });

  it('is refused by the word of the hub, and then not sent again', async () => {
    const opened = await openHubClient();
    const hub = await opened.accept();
    const outcome = opened.client.send('a', 1);
    await hub.hear();
    hub.say({ type: 'error', ref: 1, code: 'forbidden', message: 'Not there.' });
    expect(await outcome).toEqual({ ok: false, reason: 'refused', code: 'forbidden', message: 'Not there.' });
    const again = await comeBack(opened, hub, CloseCode.restart);
    void opened.client.send('a', 2);
    expect(await again.hear()).toMatchObject({ ref: 2, data: 2 });
  });

  it('waits while there is no connection, and goes again on each one until the hub answers', async () => {
    const opened = await openHubClient();
    const outcomes = [opened.client.send('a', 1), opened.client.send('a', 2)];
    const hub = await opened.accept();
    expect([await hub.hear(), await hub.hear()]).toMatchObject([
      { ref: 1, data: 1 },
      { ref: 2, data: 2 },
    ]);
    hub.say({ type: 'ack', ref: 1 });
    expect(await outcomes[0]).toEqual({ ok: true });
    const again = await comeBack(opened, hub, CloseCode.restart);
    expect(await again.hear()).toMatchObject({ type: 'send', ref: 2, data: 2 });
    again.say({ type: 'ack', ref: 2 });
    expect(await outcomes[1]).toEqual({ ok: true });
  });

  it('is not taken when as many as are kept wait for the hub, answered or not', async () => {
    const { client, accept } = await openHubClient({ maxOutbox: 2 });
    const first = client.send('a', 1);
    void client.send('a', 2);
    expect(await client.send('a', 3)).toEqual({ ok: false, reason: 'outbox_full' });
    const hub = await accept();
    await Promise.all([hub.hear(), hub.hear()]);
    expect(await client.send('a', 4)).toEqual({ ok: false, reason: 'outbox_full' });
    // A full outbox keeps nobody from subscribing.
    client.subscribe('b', () => undefined);
    expect(await hub.hear()).toMatchObject({ type: 'subscribe', channel: 'b' });
    hub.say({ type: 'ack', ref: 1 });
    await first;
    void client.send('a', 5);
    expect(await hub.hear()).toMatchObject({ data: 5 });
  });

  it('fails when the client ends, before or after it was sent, and at once when it has ended', async () => {
    const { client, accept } = await openHubClient();
    const hub = await accept();
    await untilState(client, 'connected');
    const sent = client.send('a', 1);
    await hub.hear();
    hub.connection.socket.close(CloseCode.restart);
    await untilState(client, 'disconnected');
    const waits = client.send('a', 2);
    client.close();
    const closed = { ok: false, reason: 'closed' };
    expect([await sent, await waits, await client.send('a', 3)]).toEqual([closed, closed, closed]);
  });

  it('is not taken when it has no text', async () => {
    const { client } = await openHubClient();
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const none = { ok: false, reason: 'unserialisable' };
    expect([await client.send('a', cycle), await client.send('a', 1n)]).toEqual([none, none]);
  });

  it('is not taken when it is longer than a hub takes, counted in bytes', async () => {
    const { client, accept } = await openHubClient();
    const room = 65_536 - '{"type":"send","ref":1,"channel":"a","data":""}'.length;
    expect(await client.send('a', `${'€'.repeat(room / 3)}€`)).toEqual({ ok: false, reason: 'too_large' });
    const hub = await accept();
    void client.send('a', 'x'.repeat(room));
    expect((await hub.connection.text()).length).toBe(65_536);
  });

  it('is given up when the hub hung up on the longest of them, lest it end each connection', async () => {
    const opened = await openHubClient();
    const { client } = opened;
    const hub = await opened.accept();
    const outcomes = [client.send('a', 'short'), client.send('a', 'the longest'), client.send('a', 'longer')];
    await Promise.all([hub.hear(), hub.hear(), hub.hear()]);
    const again = await comeBack(opened, hub, CloseCode.tooLarge);
    expect(await outcomes[1]).toEqual({ ok: false, reason: 'too_large' });
    expect([await again.hear(), await again.hear()]).toMatchObject([{ data: 'short' }, { data: 'longer' }]);
  });
});

describe('the messages that wait for an answer', () => {
  it('are settled once each, and all of them at the end', async () => {
    const sends = createHubSends();
    const outcomes = [sends.add('1', 'a'), sends.add('2', 'b')];
    expect(sends.settle('1', { ok: true })).toBe(true);
    expect(sends.settle('1', { ok: true })).toBe(false);
    sends.settleAll({ ok: false, reason: 'closed' });
    expect(await Promise.all(outcomes)).toEqual([{ ok: true }, { ok: false, reason: 'closed' }]);
    expect(sends.settle('2', { ok: true })).toBe(false);
  });

  it('have a longest one, in bytes, among those that were handed over', () => {
    const sends = createHubSends();
    for (const [ref, text] of Object.entries({ 1: 'abcd', 2: '€€', 3: 'abcdefghij' })) void sends.add(ref, text);
    expect(sends.longest()).toBeUndefined();
    for (const ref of ['1', '2', 'unknown']) sends.handedOver(ref);
    expect(sends.longest()).toBe('2');
  });
});
