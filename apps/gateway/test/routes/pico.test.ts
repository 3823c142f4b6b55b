import { composeToken, Secret } from '@picoclaw/auth';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ask,
  bearer,
  CHANNEL_TOKEN,
  framesUntil,
  ofType,
  openSocket,
  PID_TOKEN,
  settingsWith,
  startTestGateway,
  upgradeStatus,
} from '../support/test-gateway.ts';

type Started = Awaited<ReturnType<typeof startTestGateway>>;
let open: Started | undefined;

async function start(options?: Parameters<typeof startTestGateway>[0]): Promise<Started> {
  open = await startTestGateway(options);
  return open;
}

afterEach(() => open?.app.close());

const GATEWAY_TOKEN = 'gateway-token-of-the-tests';
const composed = (token: string, pid = PID_TOKEN) => composeToken(new Secret(pid), new Secret(token)).reveal();

const tokens = {
  'channel token': CHANNEL_TOKEN,
  'gateway token': GATEWAY_TOKEN,
  'composed of the channel token': composed(CHANNEL_TOKEN),
  'composed of the gateway token': composed(GATEWAY_TOKEN),
  'composed with a foreign pid token': composed(CHANNEL_TOKEN, 'f'.repeat(32)),
  'pid token': PID_TOKEN,
  'wrong token': 'wrong',
} as const;
type Token = keyof typeof tokens;

const settings = {
  'nothing special': settingsWith(),
  allow_token_query: settingsWith({ allowTokenQuery: true }),
  pid_token_override: settingsWith({ allowTokenQuery: true }, { pidTokenOverride: true }),
  PICOCLAW_GATEWAY_TOKEN: settingsWith({ allowTokenQuery: true }, { gatewayToken: new Secret(GATEWAY_TOKEN) }),
  'PICOCLAW_GATEWAY_TOKEN and pid_token_override': settingsWith(
    { allowTokenQuery: true },
    { gatewayToken: new Secret(GATEWAY_TOKEN), pidTokenOverride: true },
  ),
  'no token configured': settingsWith({ allowTokenQuery: true, token: undefined }),
} as const;

/** Which tokens open the channel under which setting; all others are 401. docs/tokens.md has the same table. */
const opens: Record<keyof typeof settings, readonly Token[]> = {
  'nothing special': ['channel token', 'composed of the channel token'],
  allow_token_query: ['channel token', 'composed of the channel token'],
  pid_token_override: ['composed of the channel token'],
  PICOCLAW_GATEWAY_TOKEN: ['gateway token', 'composed of the gateway token'],
  'PICOCLAW_GATEWAY_TOKEN and pid_token_override': ['composed of the gateway token'],
  'no token configured': [],
};

const methods = {
  Bearer: (token: string) => bearer(token),
  subprotocol: (token: string) => ({ protocols: ['pico.v1', `token.${token}`] }),
  query: (token: string) => ({ path: `/pico/ws?token=${token}` }),
};

describe('who gets into /pico/ws', () => {
  it.each(Object.keys(settings) as (keyof typeof settings)[])('with %s', async (name) => {
    const { port } = await start({ settings: settings[name] });
    const found: Record<string, number> = {};
    const expected: Record<string, number> = {};
    for (const [method, present] of Object.entries(methods)) {
      for (const [token, value] of Object.entries(tokens)) {
        const isHeard = method !== 'query' || name !== 'nothing special';
        expected[`${method}: ${token}`] = isHeard && opens[name].includes(token as Token) ? 101 : 401;
        found[`${method}: ${token}`] = await upgradeStatus(port, present(value));
      }
    }
    expect(found).toEqual(expected);
  });

  it.each([
    ['nothing at all', {}, 401],
    ['a bad Bearer beside a good query', { path: `/pico/ws?token=${CHANNEL_TOKEN}`, ...bearer('wrong') }, 401],
    ['a bad Bearer beside a good subprotocol', { protocols: [`token.${CHANNEL_TOKEN}`], ...bearer('wrong') }, 401],
    ['a good one among several subprotocols', { protocols: ['token.wrong', `token.${CHANNEL_TOKEN}`] }, 101],
    ['a repeated query token', { path: `/pico/ws?token=${CHANNEL_TOKEN}&token=${CHANNEL_TOKEN}` }, 401],
    ['an empty Bearer', { headers: { authorization: 'Bearer ' } }, 401],
    ['Basic', { headers: { authorization: `Basic ${CHANNEL_TOKEN}` } }, 401],
    ['a lower-case scheme', { headers: { authorization: `bearer ${CHANNEL_TOKEN}` } }, 101],
  ])('with %s', async (_what, presented, status) => {
    const { port } = await start({ settings: settingsWith({ allowTokenQuery: true }) });
    expect(await upgradeStatus(port, presented)).toBe(status);
  });
});

describe('the gates before the upgrade', () => {
  it('refuses foreign origins by 403, lets listed ones and programs in', async () => {
    const { port } = await start({ settings: settingsWith({ allowOrigins: ['http://localhost:80'] }) });
    const from = (origin: string) => upgradeStatus(port, { ...bearer(CHANNEL_TOKEN), origin });
    expect(await from('http://localhost')).toBe(101);
    expect(await from('http://localhost.evil')).toBe(403);
    expect(await from('null')).toBe(403);
    expect(await upgradeStatus(port, bearer(CHANNEL_TOKEN))).toBe(101);
  });

  it('judges the token before the origin, so that a stranger learns nothing about the list', async () => {
    const { port } = await start({ settings: settingsWith({ allowOrigins: ['http://localhost'] }) });
    expect(await upgradeStatus(port, { ...bearer('wrong'), origin: 'http://evil.example' })).toBe(401);
  });

  it('answers 503 at max_connections, disturbs nobody, and lets in again when one has left', async () => {
    const { port, parts } = await start({ settings: settingsWith({ maxConnections: 2 }) });
    const [first, second] = await Promise.all([openSocket(port), openSocket(port)]);
    expect(await upgradeStatus(port, bearer(CHANNEL_TOKEN))).toBe(503);
    expect(await ask(first, '/echo still here')).toHaveLength(3);
    second.close();
    await expect.poll(() => parts.channel.connectionCount).toBe(1);
    expect(await upgradeStatus(port, bearer(CHANNEL_TOKEN))).toBe(101);
  });

  it('lets no more than max_connections in when many come at once', async () => {
    const { port } = await start({ settings: settingsWith({ maxConnections: 3 }) });
    const path = '/pico/ws';
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => openSocket(port, { path, ...bearer(CHANNEL_TOKEN) })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  it.each(['/pico/ws', '/pico/ws/', '/pico', '/pico/'])('serves %s', async (path) => {
    const { port } = await start();
    expect(await upgradeStatus(port, { path, ...bearer(CHANNEL_TOKEN) })).toBe(101);
  });

  it('answers a request that is no upgrade by 426 and what to do', async () => {
    const { app } = await start();
    const response = await app.inject('/pico/ws');
    expect(response.statusCode).toBe(426);
    expect(response.headers).toMatchObject({ upgrade: 'websocket', 'sec-websocket-version': '13' });
    expect(response.json()).toMatchObject({ error: 'upgrade_required' });
  });

  it('answers a wrong method by 405', async () => {
    const { app } = await start();
    const response = await app.inject({ method: 'POST', url: '/pico/ws/' });
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe('GET, HEAD');
  });

  it('answers 404 while the channel is disabled, whatever is presented', async () => {
    const { port } = await start({ settings: settingsWith({ enabled: false }) });
    expect(await upgradeStatus(port, bearer(CHANNEL_TOKEN))).toBe(404);
    expect(await upgradeStatus(port, bearer('wrong'))).toBe(404);
  });

  it('answers 401 with WWW-Authenticate and a stable code', async () => {
    const { app } = await start();
    const response = await app.inject({ url: '/pico/ws', headers: { upgrade: 'websocket' } });
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.json()).toMatchObject({ error: 'unauthorized' });
  });

  it.each(['starting', 'stopping'] as const)('answers 503 while %s', async (phase) => {
    const { port, parts } = await start();
    parts.readiness.phase = phase;
    expect(await upgradeStatus(port, bearer(CHANNEL_TOKEN))).toBe(503);
  });

  it('selects pico.v2 before pico.v1 when both are offered', async () => {
    const { port } = await start();
    const offer = async (...protocols: string[]) => (await openSocket(port, { protocols })).protocol;
    expect(await offer('pico.v1', `token.${CHANNEL_TOKEN}`)).toBe('pico.v1');
    expect(await offer('pico.v1', 'pico.v2', `token.${CHANNEL_TOKEN}`)).toBe('pico.v2');
    expect(await offer('pico.v3', `token.${CHANNEL_TOKEN}`)).toBe(`token.${CHANNEL_TOKEN}`);
  });

  it.each([`session_id=${'x'.repeat(513)}`, 'session_id=a%00b', 'session_id=a&session_id=b'])(
    'refuses the session id of ?%s',
    async (query) => {
      const { port } = await start();
      expect(await upgradeStatus(port, { path: `/pico/ws?${query}`, ...bearer(CHANNEL_TOKEN) })).toBe(400);
    },
  );
});

describe('a conversation', () => {
  it('is typing, one message, and the end of typing', async () => {
    const { port } = await start();
    const socket = await openSocket(port, { path: '/pico/ws?session_id=mine', ...bearer(CHANNEL_TOKEN) });
    const frames = await ask(socket, '/echo hello', 'question');
    expect(frames.map(({ type }) => type)).toEqual(['typing.start', 'message.create', 'typing.stop']);
    expect(frames[1]).toMatchObject({ session_id: 'mine', payload: { content: 'hello' } });
    expect(frames[1]?.timestamp).toBeGreaterThan(1_600_000_000_000);
  });

  it('streams with the full text so far under one message id', async () => {
    const { port } = await start();
    const frames = (await ask(await openSocket(port), '/stream 3')).slice(1, -1);
    expect(frames.map(({ type }) => type)).toEqual(['message.create', 'message.update', 'message.update']);
    const payloads = frames.map((frame) => ('payload' in frame ? frame.payload : undefined)) as { content: string }[];
    expect(payloads.map(({ content }) => content)).toEqual(['1', '1 2', '1 2 3']);
    expect(new Set(payloads.map((payload) => (payload as { message_id?: string }).message_id)).size).toBe(1);
  });

  it('answers ping by pong with the same id, to the one who asked', async () => {
    const { port } = await start();
    const socket = await openSocket(port);
    const pong = framesUntil(socket, ofType('pong'));
    socket.send('{"type":"ping","id":"p1"}');
    expect((await pong).at(-1)).toMatchObject({ type: 'pong', id: 'p1' });
  });

  it('is shared by all sockets of its session, and by no others', async () => {
    const { port } = await start();
    const path = '/pico/ws?session_id=shared';
    const options = { path, ...bearer(CHANNEL_TOKEN) };
    const [one, two, other] = await Promise.all([
      openSocket(port, options),
      openSocket(port, options),
      openSocket(port),
    ]);
    const heard = framesUntil(two, ofType('typing.stop'));
    const asked = await ask(one, '/echo to all of us');
    expect(await heard).toEqual(asked);
    expect(await ask(other, '/echo alone')).toHaveLength(3);
  });

  it('forgets a session when its last socket has left', async () => {
    const { port, parts } = await start();
    const sockets = await Promise.all([openSocket(port), openSocket(port)]);
    await expect.poll(() => parts.channel.sessionCount).toBe(2);
    for (const socket of sockets) socket.close();
    await expect.poll(() => parts.channel.sessionCount).toBe(0);
  });
});
