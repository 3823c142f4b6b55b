import { once } from 'node:events';
import { CloseCode } from '@picoclaw/protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../src/index.ts';
import { dial, endWait, serve } from './support/dial.ts';
import { next, untilState } from './support/wait.ts';

describe('a client', () => {
  it('connects, hears and speaks', async () => {
    const server = await serve();
    const { client } = dial({ url: server.url });
    expect(client.status).toEqual({ state: 'connecting', attempt: 0 });
    const { socket, text } = await server.accept();
    await untilState(client, 'connected');
    const heard = next(client, 'message');
    socket.send('hello');
    expect(await heard).toBe('hello');
    expect(client.send('back')).toEqual({ ok: true, state: 'sent' });
    expect(await text()).toBe('back');
  });

  it('presents its token as a subprotocol after the names it offers', async () => {
    const server = await serve({ handleProtocols: () => 'pico.v1' });
    const { client } = dial({ url: server.url, token: { reveal: () => 't0ken' }, subprotocols: ['pico.v1'] });
    const opened = next(client, 'open');
    const { request } = await server.accept();
    expect(request.headers['sec-websocket-protocol']).toBe('pico.v1,token.t0ken');
    expect(request.headers.authorization).toBeUndefined();
    expect(await opened).toEqual({ subprotocol: 'pico.v1', reconnected: false });
    expect(client.status.subprotocol).toBe('pico.v1');
  });

  it('presents its token as a Bearer header where it is told to', async () => {
    const server = await serve();
    dial({ url: server.url, token: 'a token/with=signs', tokenIn: 'header' });
    const { request } = await server.accept();
    expect(request.headers.authorization).toBe('Bearer a token/with=signs');
    expect(request.headers['sec-websocket-protocol']).toBeUndefined();
  });

  it('ends at once when it could never dial', () => {
    const { client } = dial({ url: 'ws://127.0.0.1:1/', token: 'no subprotocol/has=these' });
    expect(client.status).toMatchObject({
      state: 'closed',
      closedBecause: 'cannot_dial',
      error: { code: 'token_not_subprotocol_safe' },
    });
    expect(dial({ url: 'not an address' }).client.status).toMatchObject({ closedBecause: 'cannot_dial' });
  });

  it('uses the WebSocket of the platform, and says so when there is none', async () => {
    const server = await serve();
    vi.stubGlobal('WebSocket', WebSocket);
    onTestFinished(() => void vi.unstubAllGlobals());
    const client = createClient({ url: server.url });
    onTestFinished(() => client.close());
    await server.accept();
    await untilState(client, 'connected');
    vi.stubGlobal('WebSocket', undefined);
    expect(() => createClient({ url: server.url })).toThrow(expect.objectContaining({ code: 'websocket_unavailable' }));
  });

  it('does not leave its token out where a header cannot travel', () => {
    vi.stubGlobal('WebSocket', WebSocket);
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(() => createClient({ url: 'ws://127.0.0.1:1/', token: 't', tokenIn: 'header' })).toThrow(
      expect.objectContaining({ code: 'headers_unavailable' }),
    );
  });

  it('tells each change of its state, with a status of its own', async () => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    const told = [client.status];
    client.on('status', (status) => told.push(status));
    (await server.accept()).socket.close(CloseCode.restart);
    await untilState(client, 'disconnected');
    endWait({ client, clock });
    await server.accept();
    await untilState(client, 'connected');
    client.close();
    expect(told.map(({ state }) => state)).toEqual([
      ...['connecting', 'connected', 'disconnected'],
      ...['connecting', 'connected', 'closed'],
    ]);
    expect(new Set(told).size).toBe(6);
    expect(told.at(-1)).toBe(client.status);
  });

  it('takes no notice of what is not text', async () => {
    const server = await serve();
    const { client } = dial({ url: server.url });
    const { socket } = await server.accept();
    const heard = next(client, 'message');
    socket.send(Buffer.from('bytes'));
    socket.send('text');
    expect(await heard).toBe('text');
  });

  it.each(['its socket', 'itself'])('takes no message over its limit: %s keeps to it', async (who) => {
    const server = await serve();
    // That of a browser knows no limit and would hand over everything.
    const Unlimited = class extends WebSocket {
      constructor(url: string, subprotocols: string[]) {
        super(url, subprotocols);
      }
    };
    const webSocket = who === 'itself' ? Unlimited : WebSocket;
    const { client } = dial({ url: server.url, maxMessageBytes: 10, webSocket });
    const heard: string[] = [];
    client.on('message', (text) => heard.push(text));
    const { socket } = await server.accept();
    socket.send('1234567890');
    socket.send('12345678901');
    await untilState(client, 'disconnected');
    expect(heard).toEqual(['1234567890']);
    if (who === 'itself') expect(client.status.lastEnd).toMatchObject({ because: 'too_large', code: 1009 });
  });

  it('says its greeting first on each connection, before what has been waiting', async () => {
    const server = await serve();
    let greetings = 0;
    const greeting = () => {
      greetings += 1;
      return [`hello ${greetings}`];
    };
    const { client, clock } = dial({ url: server.url, greeting });
    client.send('waited');
    const first = await server.accept();
    expect([await first.text(), await first.text()]).toEqual(['hello 1', 'waited']);
    first.socket.terminate();
    await untilState(client, 'disconnected');
    expect(client.sendNow('never')).toBe(false);
    client.send('waited again');
    endWait({ client, clock });
    const second = await server.accept();
    expect([await second.text(), await second.text()]).toEqual(['hello 2', 'waited again']);
    await untilState(client, 'connected');
    expect(client.sendNow('now')).toBe(true);
    expect(await second.text()).toBe('now');
  });

  it('asks for its address again at each dial', async () => {
    const server = await serve();
    let dials = 0;
    const { client, clock } = dial({
      url: () => {
        dials += 1;
        return `${server.url}?dial=${dials}`;
      },
    });
    (await server.accept()).socket.close(CloseCode.restart);
    await untilState(client, 'disconnected');
    endWait({ client, clock });
    expect((await server.accept()).request.url).toBe('/pico/ws?dial=2');
  });
});

describe('a client without a connection', () => {
  it('keeps what it is given and sends it in order, before anything that a listener adds', async () => {
    const server = await serve();
    const { client } = dial({ url: server.url });
    client.on('status', ({ state }) => {
      if (state === 'connected') client.send('3');
    });
    expect([client.send('1'), client.send('2')]).toEqual(Array(2).fill({ ok: true, state: 'queued' }));
    const { text } = await server.accept();
    expect([await text(), await text(), await text()]).toEqual(['1', '2', '3']);
  });

  it('keeps a hundred messages and refuses the next', async () => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    for (let count = 0; count < 100; count += 1) expect(client.send(String(count))).toMatchObject({ ok: true });
    expect(client.send('100')).toEqual({ ok: false, reason: 'outbox_full' });
    const { text } = await server.accept();
    const texts: string[] = [];
    while (texts.length < 80) texts.push(await text());
    clock.advance(1_000);
    while (texts.length < 100) texts.push(await text());
    expect(texts).toEqual(Array.from({ length: 100 }, (_, count) => String(count)));
    expect(client.send('101')).toEqual({ ok: true, state: 'sent' });
  });

  it('sends no faster than a server takes it, what is for this connection first', async () => {
    const server = await serve();
    const greeting = () => ['first', 'second'];
    const { client, clock } = dial({ url: server.url, greeting, sendRate: { burst: 1, perSecond: 2 } });
    client.send('waited');
    const { socket } = await server.accept();
    const heard: string[] = [];
    socket.on('message', (data) => heard.push(String(data)));
    await untilState(client, 'connected');
    const heardAfter = async (waitMs: number) => {
      clock.advance(waitMs);
      const answered = once(socket, 'pong');
      socket.ping();
      await answered;
      return heard.splice(0);
    };
    expect(await heardAfter(499)).toEqual(['first']);
    expect(client.sendNow('urgent')).toBe(true);
    expect(await heardAfter(1)).toEqual(['second']);
    expect(await heardAfter(500)).toEqual(['urgent']);
    expect(await heardAfter(500)).toEqual(['waited']);
    expect(client.send('too soon')).toEqual({ ok: true, state: 'queued' });
    client.close();
    expect(clock.waits()).toEqual([2_000]);
  });

  it('sends again what was not acknowledged, where the subprotocol has acknowledgements', async () => {
    const server = await serve({ handleProtocols: () => 'pico.v2' });
    const { client, clock } = dial({
      url: server.url,
      subprotocols: ['pico.v2'],
      keepUntilAcknowledged: (subprotocol) => subprotocol === 'pico.v2',
    });
    client.send('one', { id: '1' });
    client.send('two', { id: '2' });
    const first = await server.accept();
    expect([await first.text(), await first.text()]).toEqual(['one', 'two']);
    client.acknowledge('1');
    first.socket.terminate();
    await untilState(client, 'disconnected');
    client.send('three', { id: '3' });
    endWait({ client, clock });
    const second = await server.accept();
    expect([await second.text(), await second.text()]).toEqual(['two', 'three']);
  });
});

describe('closing a client', () => {
  it('closes the socket with 1000 and leaves nothing running', async () => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    const { socket } = await server.accept();
    await untilState(client, 'connected');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    client.close();
    client.close();
    expect(client.status).toMatchObject({ state: 'closed', closedBecause: 'closed_here' });
    expect(await closed).toBe(1000);
    clock.advance(2_000);
    expect(clock.waits()).toEqual([]);
  });

  it('works while dialling and while waiting', async () => {
    const server = await serve();
    const dialling = dial({ url: server.url });
    dialling.client.close();
    expect(dialling.client.status.state).toBe('closed');

    const waiting = dial({ url: 'ws://127.0.0.1:1/' });
    await untilState(waiting.client, 'disconnected');
    waiting.client.close();
    expect(waiting.clock.waits()).toEqual([]);
  });

  it('from a listener is final', async () => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    client.on('status', ({ state }) => {
      if (state === 'disconnected') client.close();
    });
    (await server.accept()).socket.close(CloseCode.restart);
    await untilState(client, 'closed');
    expect(client.status.closedBecause).toBe('closed_here');
    expect(clock.waits()).toEqual([]);
  });
});
