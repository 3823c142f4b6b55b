import { CloseCode } from '@picoclaw/protocol';
import { describe, expect, it } from 'vitest';
import type { HubPublication } from '../src/index.ts';
import { endWait } from './support/dial.ts';
import { event, type HubPeer, nextOf, openHubClient } from './support/hub-peer.ts';
import { untilState } from './support/wait.ts';

/** A list of what a handler heard, and the handler. */
function listener() {
  const heard: unknown[] = [];
  return { heard, hear: ({ data }: HubPublication) => void heard.push(data) };
}

type Opened = Awaited<ReturnType<typeof openHubClient>>;

/** Ends a connection and lets the client dial again. */
async function comeBack({ client, clock, acceptSilently }: Opened, { connection }: HubPeer): Promise<HubPeer> {
  connection.socket.close(CloseCode.restart);
  await untilState(client, 'disconnected');
  endWait({ client, clock });
  return acceptSilently();
}

/** Resolves when the client has taken everything said before: it answers a ping. */
async function settled(peer: HubPeer): Promise<void> {
  peer.say({ type: 'ping' });
  expect(await peer.hear()).toEqual({ type: 'pong' });
}

describe('a client of a hub', () => {
  it('says hello first on each connection, with a session of its own that stays the same', async () => {
    const opened = await openHubClient();
    const other = await openHubClient();
    const first = await opened.acceptSilently();
    const hello = { type: 'hello', session: opened.client.session };
    expect(await first.hear()).toEqual(hello);
    expect(await (await comeBack(opened, first)).hear()).toEqual(hello);
    expect(other.client.session).not.toBe(opened.client.session);
  });

  it('subscribes and hears events, output and status of that channel as they are', async () => {
    const { client, accept } = await openHubClient();
    const heard: HubPublication[] = [];
    client.subscribe('process:a', (publication) => heard.push(publication));
    const hub = await accept();
    expect(await hub.hear()).toEqual({ type: 'subscribe', ref: 1, channel: 'process:a' });
    const publication = { channel: 'process:a', time: 1 };
    const frames = [
      { type: 'event', ...publication, id: '1', data: { any: ['thing'] } },
      { type: 'process_output', ...publication, id: '2', processId: 'a', data: 'a line' },
      { type: 'process_status', ...publication, id: '3', processId: 'a', data: { status: 'exited', exitCode: null } },
    ] as const;
    hub.say({ type: 'ack', ref: 1, channel: 'process:a', id: '0' }, ...frames);
    await settled(hub);
    expect(heard).toEqual(frames);
  });

  it('asks for a channel at once when it is connected, and once for all its handlers', async () => {
    const { client, accept } = await openHubClient();
    const hub = await accept();
    await untilState(client, 'connected');
    const [one, two] = [listener(), listener()];
    client.subscribe('a', one.hear);
    client.subscribe('a', two.hear);
    expect(await hub.hear()).toEqual({ type: 'subscribe', ref: 1, channel: 'a' });
    hub.say(event('a', '1'));
    await settled(hub);
    expect([one.heard, two.heard]).toEqual([['1'], ['1']]);
  });

  it('leaves a channel with its last handler, and hears no more of it', async () => {
    const { client, accept } = await openHubClient();
    const hub = await accept();
    await untilState(client, 'connected');
    const { heard, hear } = listener();
    const [stopOne, stopTwo] = [client.subscribe('a', hear), client.subscribe('a', hear)];
    await hub.hear();
    stopOne();
    stopOne();
    hub.say(event('a', '1'));
    await settled(hub);
    expect(heard).toEqual(['1']);
    stopTwo();
    expect(await hub.hear()).toEqual({ type: 'unsubscribe', channel: 'a' });
    hub.say(event('a', '2'));
    await settled(hub);
    expect(heard).toEqual(['1']);
  });

  it('hears a channel anew that it left, from the next message on', async () => {
    const { client, accept } = await openHubClient();
    const hub = await accept();
    await untilState(client, 'connected');
    const stop = client.subscribe('a', listener().hear);
    await hub.hear();
    hub.say(event('a', '1'));
    await settled(hub);
    stop();
    client.subscribe('a', listener().hear);
    stop();
    expect(await hub.hear()).toEqual({ type: 'unsubscribe', channel: 'a' });
    expect(await hub.hear()).toEqual({ type: 'subscribe', ref: 2, channel: 'a' });
    await settled(hub);
  });

  it('hears what goes to all, and everything in one place', async () => {
    const { client, accept } = await openHubClient();
    const [all, everything] = [listener(), listener()];
    const stop = client.onBroadcast(all.hear);
    client.on('message', everything.hear);
    client.subscribe('a', listener().hear);
    const hub = await accept();
    hub.say(event(undefined, '1'), event('a', '2'), event(undefined, '1'), event('unknown', '3'));
    await settled(await hub.hear().then(() => hub));
    expect(all.heard).toEqual(['1']);
    expect(everything.heard).toEqual(['1', '2']);
    stop();
    hub.say(event(undefined, '4'));
    await settled(hub);
    expect(all.heard).toEqual(['1']);
  });

  it('takes no notice of what it does not know', async () => {
    const { client, accept } = await openHubClient();
    const { heard, hear } = listener();
    client.subscribe('a', hear);
    const hub = await accept();
    await hub.hear();
    for (const text of ['', 'not json', '[]', '{"type":"new"}', '{"type":"event","channel":"a"}']) {
      hub.connection.socket.send(text);
    }
    hub.say({ type: 'gap', channel: 'unknown' }, { type: 'ack' }, { type: 'ack', ref: 'unknown' }, event('a', '1'));
    await settled(hub);
    expect(heard).toEqual(['1']);
  });

  it('goes on when a handler throws', async () => {
    const uncaught = new Promise((resolve) => {
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.once('uncaughtException', (error) => {
        for (const other of others) process.on('uncaughtException', other);
        resolve(error);
      });
    });
    const { client, accept } = await openHubClient();
    const { heard, hear } = listener();
    const fault = new Error('a handler of the test');
    client.subscribe('a', ({ id }) => {
      if (id === '1') throw fault;
    });
    client.subscribe('a', hear);
    const hub = await accept();
    await hub.hear();
    hub.say(event('a', '1'), event('a', '2'));
    await settled(hub);
    expect(heard).toEqual(['1', '2']);
    expect(await uncaught).toBe(fault);
  });

  it('answers the ping of a hub, and pings as often as the hub wishes', async () => {
    const { client, clock, accept } = await openHubClient();
    const hub = await accept();
    hub.say({ type: 'welcome', session: client.session, heartbeatMs: 5_000 });
    await settled(hub);
    clock.advance(5_000);
    expect(await hub.connection.text()).toBe('{"type":"ping"}');
  });

  it('tells its state, can be woken and ends for good', async () => {
    const { client, accept } = await openHubClient();
    const states: string[] = [];
    client.on('status', ({ state }) => states.push(state));
    const hub = await accept();
    await untilState(client, 'connected');
    hub.connection.socket.close(CloseCode.restart);
    await untilState(client, 'disconnected');
    client.wake();
    await accept();
    await untilState(client, 'connected');
    client.close();
    client.close();
    expect(states).toEqual(['connected', 'disconnected', 'connecting', 'connected', 'closed']);
    client.subscribe('a', listener().hear)();
    expect(client.status).toMatchObject({ state: 'closed', closedBecause: 'closed_here' });
  });

  it('does not ask for so many channels at once that the hub ends the connection', async () => {
    const { client, clock, accept } = await openHubClient();
    for (let count = 0; count < 200; count += 1) client.subscribe(`channel:${count}`, listener().hear);
    const hub = await accept();
    // With hello, which accept has taken.
    for (let count = 0; count < 79; count += 1) await hub.hear();
    clock.advance(5_000);
    for (let count = 79; count < 200; count += 1)
      expect(await hub.hear()).toMatchObject({ channel: `channel:${count}` });
  });

  it('tells nobody of a refusal that nobody waits for any more', async () => {
    const { client, accept } = await openHubClient();
    const hub = await accept();
    await untilState(client, 'connected');
    client.subscribe('secret', listener().hear)();
    await Promise.all([hub.hear(), hub.hear()]);
    const errors: string[] = [];
    client.on('error', ({ message }) => errors.push(message));
    hub.say(
      { type: 'error', ref: 1, code: 'closed', message: 'It ended before it began.' },
      { type: 'error', code: 'invalid_message', message: 'About no request.' },
    );
    await settled(hub);
    expect(errors).toEqual(['About no request.']);
  });

  it('tells what the hub refused, by channel, and errors that were published', async () => {
    const { client, accept } = await openHubClient();
    const { heard, hear } = listener();
    client.subscribe('secret', hear);
    client.subscribe('a', hear);
    const hub = await accept();
    expect(await hub.hear()).toMatchObject({ ref: 1, channel: 'secret' });
    await hub.hear();
    const refused = nextOf(client, 'error');
    hub.say({ type: 'error', ref: 1, code: 'forbidden', message: 'No.' });
    expect(await refused).toEqual({ type: 'error', ref: 1, channel: 'secret', code: 'forbidden', message: 'No.' });
    const published: string[] = [];
    client.on('error', ({ message }) => published.push(message));
    const error = { type: 'error', id: 'e1', time: 1, code: 'error', message: 'Something broke.' } as const;
    hub.say(error, error, event('a', '1'));
    await settled(hub);
    expect(published).toEqual(['Something broke.']);
    expect(heard).toEqual(['1']);
  });
});

describe('a client of a hub that comes back', () => {
  it('resumes each channel after the last message of it, before anything that waits to be sent', async () => {
    const opened = await openHubClient();
    const { client } = opened;
    client.subscribe('a', listener().hear);
    client.subscribe('b', listener().hear);
    const hub = await opened.accept();
    await Promise.all([hub.hear(), hub.hear()]);
    hub.say({ type: 'ack', ref: 1, id: 'a0' }, { type: 'ack', ref: 2, id: 'b0' }, event('a', 'a1'), event('a', 'a2'));
    await settled(hub);
    void client.send('a', 'waits');
    await hub.hear();
    const again = await comeBack(opened, hub);
    expect([await again.hear(), await again.hear(), await again.hear(), await again.hear()]).toMatchObject([
      { type: 'hello' },
      { type: 'subscribe', channel: 'a', after: 'a2' },
      { type: 'subscribe', channel: 'b', after: 'b0' },
      { type: 'send', channel: 'a', data: 'waits' },
    ]);
  });

  it('hears what it missed, and nothing twice', async () => {
    const opened = await openHubClient();
    const { heard, hear } = listener();
    opened.client.subscribe('a', hear);
    const hub = await opened.accept();
    hub.say({ type: 'ack', ref: 1, id: '0' }, event('a', '1'), event('a', '2'));
    await hub.hear();
    await settled(hub);
    const again = await comeBack(opened, hub);
    await Promise.all([again.hear(), again.hear()]);
    again.say(event('a', '1'), event('a', '2'), event('a', '3'), { type: 'ack', ref: 2, id: '2' }, event('a', '4'));
    await settled(again);
    expect(heard).toEqual(['1', '2', '3', '4']);
    const third = await comeBack(opened, again);
    await third.hear();
    expect(await third.hear()).toMatchObject({ after: '4' });
  });

  it('does not go back when the answer to a subscription comes after what was replayed', async () => {
    const opened = await openHubClient();
    opened.client.subscribe('a', listener().hear, { after: '0' });
    const hub = await opened.accept();
    expect(await hub.hear()).toMatchObject({ channel: 'a', after: '0' });
    hub.say(event('a', '1'), { type: 'ack', ref: 1, id: '0' });
    await settled(hub);
    const again = await comeBack(opened, hub);
    await again.hear();
    expect(await again.hear()).toMatchObject({ after: '1' });
  });

  it('tells of a gap, per channel and per handler, and goes on from where the hub says', async () => {
    const opened = await openHubClient();
    const { client } = opened;
    const gaps: string[] = [];
    client.subscribe('a', listener().hear, { after: 'long ago', onGap: () => gaps.push('one') });
    const stop = client.subscribe('a', listener().hear, { onGap: () => gaps.push('two') });
    client.subscribe('b', listener().hear, { onGap: () => gaps.push('b') });
    client.on('gap', ({ channel }) => gaps.push(`channel ${channel}`));
    const hub = await opened.accept();
    await Promise.all([hub.hear(), hub.hear()]);
    hub.say({ type: 'gap', channel: 'a' }, { type: 'ack', ref: 1, id: '7' });
    await settled(hub);
    expect(gaps.splice(0)).toEqual(['one', 'two', 'channel a']);
    stop();
    hub.say({ type: 'gap', channel: 'a' });
    await settled(hub);
    expect(gaps).toEqual(['one', 'channel a']);
    const again = await comeBack(opened, hub);
    await again.hear();
    expect(await again.hear()).toMatchObject({ channel: 'a', after: '7' });
  });

  it('tells of a gap when it has no id to resume after: nobody can say what it missed', async () => {
    const opened = await openHubClient();
    opened.client.subscribe('a', listener().hear);
    const hub = await opened.accept();
    hub.say({ type: 'ack', ref: 1 });
    await hub.hear();
    await settled(hub);
    const again = await comeBack(opened, hub);
    await again.hear();
    expect(await again.hear()).toEqual({ type: 'subscribe', ref: 2, channel: 'a' });
    const gap = nextOf(opened.client, 'gap');
    again.say({ type: 'ack', ref: 2, id: '9' });
    expect(await gap).toEqual({ channel: 'a' });
  });

  it('asks again for a channel that was refused, for rights may have changed', async () => {
    const opened = await openHubClient();
    opened.client.subscribe('secret', listener().hear);
    const hub = await opened.accept();
    await hub.hear();
    hub.say({ type: 'error', ref: 1, code: 'forbidden', message: 'No.' });
    await settled(hub);
    const again = await comeBack(opened, hub);
    await again.hear();
    expect(await again.hear()).toMatchObject({ type: 'subscribe', channel: 'secret' });
  });

  it.each([1000, 1008, 4001, 4003])('stays away after %i', async (code) => {
    const { client, accept } = await openHubClient();
    (await accept()).connection.socket.close(code);
    await untilState(client, 'closed');
    expect(client.status).toMatchObject({ closedBecause: 'closed_by_server', lastEnd: { code } });
  });
});
