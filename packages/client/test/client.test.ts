import { CloseCode } from '@picoclaw/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, type ClientOptions, createClient } from '../src/index.ts';
import { createManualClock } from './support/manual-clock.ts';
import { type SocketServer, startSocketServer } from './support/socket-server.ts';
import { next, untilState } from './support/wait.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function serve(...[options]: Parameters<typeof startSocketServer>): Promise<SocketServer> {
  const server = await startSocketServer(options);
  cleanups.push(() => server.stop());
  return server;
}

function dial(options: Omit<ClientOptions, 'webSocket'>): {
  client: Client;
  clock: ReturnType<typeof createManualClock>;
} {
  const clock = createManualClock();
  const client = createClient({
    webSocket: WebSocket,
    random: () => 1,
    now: clock.now,
    timers: clock.timers,
    ...options,
  });
  cleanups.push(() => client.close());
  return { client, clock };
}

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

  it.skipIf('WebSocket' in globalThis)('says so when the platform has no WebSocket', () => {
    expect(() => createClient({ url: 'ws://127.0.0.1:1/' })).toThrow(
      expect.objectContaining({ code: 'websocket_unavailable' }),
    );
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
    clock.advance(1_000);
    expect((await server.accept()).request.url).toBe('/pico/ws?dial=2');
  });
});

describe('a client that lost its connection', () => {
  it('comes back after the wait, to a server that was away', async () => {
    const server = await startSocketServer();
    const { client, clock } = dial({ url: server.url });
    await server.accept();
    await untilState(client, 'connected');
    await server.stop();
    await untilState(client, 'disconnected');
    expect(client.status).toMatchObject({
      attempt: 1,
      nextAttemptAt: clock.now() + 1_000,
      lastEnd: { opened: true, code: 1006, because: 'closed' },
    });

    clock.advance(1_000);
    expect(client.status.state).toBe('connecting');
    await untilState(client, 'disconnected');
    expect(client.status).toMatchObject({ attempt: 2, lastEnd: { opened: false } });

    const back = await serve({ port: server.port });
    const opened = next(client, 'open');
    clock.advance(2_000);
    await back.accept();
    expect(await opened).toEqual({ subprotocol: '', reconnected: true });
  });

  it.each([CloseCode.shutdown, CloseCode.restart, CloseCode.tryAgainLater])('dials again after %i', async (code) => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    (await server.accept()).socket.close(code, 'because');
    await untilState(client, 'disconnected');
    expect(client.status.lastEnd).toEqual({ opened: true, code, reason: 'because', because: 'closed' });
    clock.advance(1_000);
    await server.accept();
    await untilState(client, 'connected');
  });

  it.each([CloseCode.normal, CloseCode.policyViolation, CloseCode.sessionEnded, CloseCode.forbidden])(
    'stays away after %i',
    async (code) => {
      const server = await serve();
      const { client, clock } = dial({ url: server.url });
      (await server.accept()).socket.close(code);
      await untilState(client, 'closed');
      expect(client.status).toMatchObject({ closedBecause: 'closed_by_server', lastEnd: { code } });
      expect(clock.waits()).toEqual([]);
      expect(client.send('x')).toEqual({ ok: false, reason: 'closed' });
    },
  );

  it('waits longer and longer for a server that accepts and drops', async () => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    const waits: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      (await server.accept()).socket.close(CloseCode.internalError);
      await untilState(client, 'disconnected');
      waits.push((client.status.nextAttemptAt ?? 0) - clock.now());
      clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
  });

  it('forgives earlier failures after five seconds of connection, not before', async () => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    const dropAfter = async (openMs: number) => {
      const { socket } = await server.accept();
      await untilState(client, 'connected');
      clock.advance(openMs);
      socket.close(CloseCode.restart);
      await untilState(client, 'disconnected');
      const { attempt, nextAttemptAt = 0 } = client.status;
      clock.advance(nextAttemptAt - clock.now());
      return attempt;
    };
    expect([await dropAfter(4_999), await dropAfter(4_999), await dropAfter(5_000)]).toEqual([1, 2, 1]);
  });

  it('gives up after the allowed redials and says so', async () => {
    const server = await startSocketServer();
    await server.stop();
    const { client, clock } = dial({ url: server.url, maxAttempts: 2 });
    for (const waitMs of [1_000, 2_000]) {
      await untilState(client, 'disconnected');
      clock.advance(waitMs);
    }
    await untilState(client, 'closed');
    expect(client.status).toMatchObject({
      closedBecause: 'attempts_exhausted',
      attempt: 2,
      lastEnd: { opened: false },
    });
    expect(clock.waits()).toEqual([]);
  });

  it('gives up on a handshake that never ends', async () => {
    const server = await serve({ verifyClient: (_info, _done) => undefined });
    const { client, clock } = dial({ url: server.url });
    clock.advance(15_000);
    expect(client.status).toMatchObject({ state: 'disconnected', lastEnd: { opened: false, because: 'timeout' } });
  });

  it('asks why a handshake failed and ends when the answer says so', async () => {
    const server = await serve({ verifyClient: (_info, done) => done(false, 403) });
    const answers = ['retry', 'stop'] as const;
    const asked: unknown[] = [];
    const { client, clock } = dial({
      url: server.url,
      diagnose: async (end) => answers[asked.push(end) - 1] ?? 'retry',
    });
    await untilState(client, 'disconnected');
    clock.advance(1_000);
    await untilState(client, 'closed');
    expect(client.status).toMatchObject({ closedBecause: 'refused' });
    expect(asked).toHaveLength(2);
    expect(clock.waits()).toEqual([]);
  });

  it('goes on when nobody can say why', async () => {
    const server = await serve({ verifyClient: (_info, done) => done(false, 503) });
    let asked = 0;
    const { client, clock } = dial({
      url: server.url,
      diagnose: () => {
        asked += 1;
        throw new Error('The network is down.');
      },
    });
    for (const waitMs of [1_000, 2_000]) {
      await untilState(client, 'disconnected');
      clock.advance(waitMs);
    }
    expect(asked).toBe(2);
    expect(client.status.state).toBe('connecting');
  });

  it('dials at once when it is woken, and only once', async () => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    (await server.accept()).socket.close(CloseCode.restart);
    await untilState(client, 'disconnected');
    client.wake();
    client.wake();
    expect(client.status.state).toBe('connecting');
    await server.accept();
    await untilState(client, 'connected');
    clock.advance(1_000);
    expect(server.waiting()).toBe(0);
  });

  it('listens to its wake source for as long as it lives', async () => {
    const server = await serve();
    let wake: (() => void) | undefined;
    const { client } = dial({
      url: server.url,
      wakeSource: (callback) => {
        wake = callback;
        return () => {
          wake = undefined;
        };
      },
    });
    (await server.accept()).socket.close(CloseCode.restart);
    await untilState(client, 'disconnected');
    wake?.();
    expect(client.status.state).toBe('connecting');
    client.close();
    expect(wake).toBeUndefined();
  });
});

describe('a client whose server falls silent', () => {
  it('pings each heartbeat, takes any message for life and dials again after two and a half in silence', async () => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    const { socket, text } = await server.accept();
    await untilState(client, 'connected');
    clock.advance(30_000);
    expect(JSON.parse(await text())).toEqual({ type: 'ping' });
    clock.advance(40_000);
    const heard = next(client, 'message');
    socket.send('anything');
    await heard;
    clock.advance(74_999);
    expect(client.status.state).toBe('connected');
    clock.advance(1);
    expect(client.status).toMatchObject({ state: 'disconnected', lastEnd: { opened: true, because: 'silent' } });
    clock.advance(1_000);
    await server.accept();
    await untilState(client, 'connected');
  });

  it('finds out within five seconds of waking that its connection is dead', async () => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    await server.accept();
    await untilState(client, 'connected');
    client.wake();
    clock.advance(5_000);
    expect(client.status).toMatchObject({ state: 'disconnected', lastEnd: { because: 'silent' } });
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
    const { client } = dial({ url: server.url });
    for (let count = 0; count < 100; count += 1) expect(client.send(String(count))).toMatchObject({ ok: true });
    expect(client.send('100')).toEqual({ ok: false, reason: 'outbox_full' });
    const { text } = await server.accept();
    const texts: string[] = [];
    while (texts.length < 100) texts.push(await text());
    expect(texts).toEqual(Array.from({ length: 100 }, (_, count) => String(count)));
    expect(client.send('101')).toEqual({ ok: true, state: 'sent' });
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
    clock.advance(1_000);
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
