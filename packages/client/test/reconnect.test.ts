import { CloseCode } from '@picoclaw/protocol';
import { describe, expect, it } from 'vitest';
import { dial, endWait, serve } from './support/dial.ts';
import { startSocketServer } from './support/socket-server.ts';
import { next, untilState } from './support/wait.ts';

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
      nextAttemptAt: clock.now() + 4_000,
      lastEnd: { opened: true, code: 1006, because: 'closed' },
    });

    clock.advance(3_999);
    expect(client.status.state).toBe('disconnected');
    clock.advance(1);
    expect(client.status.state).toBe('connecting');
    await untilState(client, 'disconnected');
    expect(client.status).toMatchObject({ attempt: 2, lastEnd: { opened: false } });

    const back = await serve({ port: server.port });
    const opened = next(client, 'open');
    clock.advance(4_000);
    await back.accept();
    expect(await opened).toEqual({ subprotocol: '', reconnected: true });
  });

  it.each([
    ...[CloseCode.shutdown, CloseCode.invalidData, CloseCode.tooLarge, CloseCode.internalError],
    ...[CloseCode.restart, CloseCode.tryAgainLater, 3000, 4999],
  ])('dials again after %i', async (code) => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    (await server.accept()).socket.close(code, 'because');
    await untilState(client, 'disconnected');
    expect(client.status.lastEnd).toEqual({ opened: true, code, reason: 'because', because: 'closed' });
    endWait({ client, clock });
    await server.accept();
    await untilState(client, 'connected');
  });

  it.each([
    ['no code at all', 1005],
    ['no close frame', 1006],
  ])('dials again after %s', async (_how, code) => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url });
    const { socket } = await server.accept();
    await untilState(client, 'connected');
    if (code === 1005) socket.close();
    else socket.terminate();
    await untilState(client, 'disconnected');
    expect(client.status.lastEnd).toMatchObject({ opened: true, code });
    endWait({ client, clock });
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
      endWait({ client, clock });
    }
    expect(waits).toEqual([4_000, 4_000, 4_000, 8_000, 16_000, 30_000]);
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
      const { attempt } = client.status;
      endWait({ client, clock });
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
    clock.advance(4_000);
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
    endWait({ client, clock });
    await server.accept();
    await untilState(client, 'connected');
  });

  it('pings as often as the other end wishes, but neither more than each second nor less than it was told', async () => {
    const server = await serve();
    const { client, clock } = dial({ url: server.url, heartbeatMs: 10_000 });
    const { text } = await server.accept();
    await untilState(client, 'connected');
    const pingAfter = async (waitMs: number) => {
      clock.advance(waitMs - 1);
      client.sendNow('not yet');
      clock.advance(1);
      expect([await text(), await text()]).toEqual(['not yet', '{"type":"ping"}']);
    };
    client.setHeartbeat(5_000);
    await pingAfter(5_000);
    client.setHeartbeat(0);
    await pingAfter(1_000);
    client.setHeartbeat(60_000);
    await pingAfter(10_000);
    clock.advance(15_000);
    expect(client.status.lastEnd).toMatchObject({ because: 'silent' });
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
