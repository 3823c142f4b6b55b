import { expect, test } from 'vitest';
import { TOKEN } from '../build-test-launcher.ts';
import { aGateway, valuesOf } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';

type Running = Awaited<ReturnType<typeof aRunningLauncher>>;
type Headers = Readonly<Record<string, string | readonly string[]>>;
type Row = readonly [name: string, status: number, headers: (launcher: Running) => Headers];

const PATHS = ['/pico/ws', '/pico/ws/', '/pico', '/pico/'];

const TABLE: readonly Row[] = [
  ['nothing', 403, () => ({})],
  ['a cookie and the own origin', 101, ({ cookie, origin }) => ({ Cookie: cookie, Origin: origin })],
  ['a cookie without an origin', 403, ({ cookie }) => ({ Cookie: cookie })],
  ['a cookie and the origin null', 403, ({ cookie }) => ({ Cookie: cookie, Origin: 'null' })],
  ['a cookie and a foreign origin', 403, ({ cookie }) => ({ Cookie: cookie, Origin: 'http://evil.example' })],
  ['a cookie and the origin of another port', 403, ({ cookie }) => ({ Cookie: cookie, Origin: 'http://127.0.0.1:1' })],
  [
    'a cookie and the own origin under https',
    403,
    ({ cookie, origin }) => ({ Cookie: cookie, Origin: origin.replace('http', 'https') }),
  ],
  [
    'a cookie and a look-alike origin',
    403,
    ({ cookie, origin }) => ({ Cookie: cookie, Origin: `${origin}.evil.example` }),
  ],
  ['a cookie and a look-alike name', 403, ({ cookie }) => ({ Cookie: cookie, Origin: 'http://localhost.evil' })],
  [
    'a cookie and two origins',
    403,
    ({ cookie, origin }) => ({ Cookie: cookie, Origin: `${origin}, http://evil.example` }),
  ],
  [
    'a cookie and the own origin with its default port written out',
    101,
    ({ cookie }) => ({ Cookie: cookie, Host: 'localhost', Origin: 'http://localhost:80' }),
  ],
  [
    'a cookie and the own origin whose default port the Host writes out',
    101,
    ({ cookie }) => ({ Cookie: cookie, Host: 'localhost:80', Origin: 'http://localhost' }),
  ],
  ['a made-up cookie', 403, ({ origin }) => ({ Cookie: 'picoclaw_launcher_auth=x.y', Origin: origin })],
  ['the launcher token', 101, () => ({ Authorization: `Bearer ${TOKEN}` })],
  ['the launcher token under another case of the scheme', 101, () => ({ Authorization: `bEARER ${TOKEN}` })],
  [
    'the launcher token and a foreign origin',
    101,
    () => ({ Authorization: `Bearer ${TOKEN}`, Origin: 'http://evil.example' }),
  ],
  ['the channel token', 101, ({ channelToken }) => ({ Authorization: `Bearer ${channelToken()}` })],
  ['the launcher token as a subprotocol', 101, () => ({ 'Sec-WebSocket-Protocol': `token.${TOKEN}` })],
  [
    'the channel token as a subprotocol among others',
    101,
    ({ channelToken }) => ({ 'Sec-WebSocket-Protocol': `pico.v1, token.${channelToken()}` }),
  ],
  ['a wrong Bearer', 403, () => ({ Authorization: 'Bearer wrong' })],
  ['a wrong subprotocol', 403, () => ({ 'Sec-WebSocket-Protocol': 'token.wrong' })],
  ['an empty subprotocol', 403, () => ({ 'Sec-WebSocket-Protocol': 'token.' })],
  ['Basic instead of Bearer', 403, () => ({ Authorization: `Basic ${TOKEN}` })],
  ['an empty Authorization', 403, () => ({ Authorization: '' })],
  ['two Authorization lines', 403, () => ({ Authorization: [`Bearer ${TOKEN}`, 'Bearer wrong'] })],
  [
    'a wrong Bearer beside a right cookie',
    403,
    ({ cookie, origin }) => ({ Cookie: cookie, Origin: origin, Authorization: 'Bearer wrong' }),
  ],
  [
    'a wrong subprotocol beside a right cookie',
    403,
    ({ cookie, origin }) => ({ Cookie: cookie, Origin: origin, 'Sec-WebSocket-Protocol': 'pico.v1, token.wrong' }),
  ],
  [
    'a wrong Bearer beside a right subprotocol',
    403,
    () => ({ Authorization: 'Bearer wrong', 'Sec-WebSocket-Protocol': `token.${TOKEN}` }),
  ],
];

test.each(TABLE)('with %s the answer is %i on every path of the channel', async (_name, status, headers) => {
  const launcher = await aRunningLauncher();
  await aGateway({ pidFile: launcher.paths.pidFile });
  const replies = await Promise.all(PATHS.map((path) => launcher.upgrade(path, headers(launcher))));
  expect(replies.map((reply) => reply.status)).toEqual(PATHS.map(() => status));
  if (status === 403) expect(replies[0]?.body).toMatch(/"error":"(invalid_token|origin_not_allowed)"/);
});

test.each(TABLE.filter(([, status]) => status === 403))(
  'with %s nothing is said about the gateway, which does not run',
  async (_name, _status, headers) => {
    const launcher = await aRunningLauncher();
    const { status, head, body } = await launcher.upgrade('/pico/ws', headers(launcher));
    expect(status).toBe(403);
    expect(head).not.toMatch(/retry-after/i);
    expect(body).not.toMatch(/gateway/);
  },
);

test('?token= is no credential, and does not reach the gateway beside a right one', async () => {
  const launcher = await aRunningLauncher();
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  for (const token of [TOKEN, launcher.channelToken()]) {
    expect((await launcher.upgrade(`/pico/ws?token=${token}`)).status).toBe(403);
  }
  expect(gateway.seen).toEqual([]);
  const { cookie: Cookie, origin: Origin } = launcher;
  const query = 'a=1&token=one&session_id=s&%74oken=two&b';
  expect((await launcher.upgrade(`/pico/ws?${query}`, { Cookie, Origin })).status).toBe(101);
  expect(gateway.seen[0]?.url).toBe('/pico/ws?a=1&session_id=s&b');
});

test('PICOCLAW_GATEWAY_TOKEN is the channel token when it is set', async () => {
  const launcher = await aRunningLauncher({ variables: { PICOCLAW_GATEWAY_TOKEN: 'the one authority' } });
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  expect(launcher.channelToken()).toBe('the one authority');
  const { cookie: Cookie, origin: Origin } = launcher;
  expect((await launcher.upgrade('/pico/ws', { Cookie, Origin })).status).toBe(101);
  const [authorization] = valuesOf(gateway.seen[0], 'authorization');
  expect(authorization).toBe(`Bearer pico-${gateway.record.token.reveal()}.the one authority`);
});

test('an origin that the configuration names may open the channel with a cookie', async () => {
  const channel = { pico: { enabled: true, allow_origins: ['https://chat.example'] } };
  const launcher = await aRunningLauncher({ files: { 'config.json': { channels: channel } } });
  await aGateway({ pidFile: launcher.paths.pidFile });
  const from = (Origin: string) => launcher.upgrade('/pico/ws', { Cookie: launcher.cookie, Origin });
  expect((await from('https://chat.example')).status).toBe(101);
  expect((await from('https://chat.example:443')).status).toBe(101);
  expect((await from('http://chat.example')).status).toBe(403);
});

test('allowing every origin at the gateway lets no foreign page ride on a cookie of the launcher', async () => {
  const channel = { pico: { enabled: true, allow_origins: ['*'] } };
  const launcher = await aRunningLauncher({ files: { 'config.json': { channels: channel } } });
  await aGateway({ pidFile: launcher.paths.pidFile });
  const { cookie: Cookie } = launcher;
  expect((await launcher.upgrade('/pico/ws', { Cookie, Origin: 'http://evil.example' })).status).toBe(403);
});

test.each([
  ['over http under that name', 101, 'pico.example:18800', 'http://pico.example:18800'],
  ['behind TLS that keeps Host', 101, 'pico.example', 'https://pico.example'],
  ['behind TLS on another port that keeps Host', 101, 'pico.example:8443', 'https://pico.example:8443'],
  ['behind TLS that changes Host', 101, '127.0.0.1:18800', 'https://pico.example'],
  ['however the name is written', 101, 'PICO.example', 'https://pico.example'],
  ['of another program on another port', 403, 'pico.example:18800', 'http://pico.example:3000'],
  ['of another program on the usual port', 403, 'pico.example:18800', 'http://pico.example'],
  ['of another program beside a proxy that keeps Host', 403, 'pico.example', 'https://pico.example:3000'],
  ['of another program beside a proxy that changes Host', 403, '127.0.0.1:18800', 'https://pico.example:3000'],
  ['of a name below', 403, 'pico.example', 'https://evil.pico.example'],
] as const)(
  'with a cookie, a page of a name in allowed_hosts %s gets %i: browsers send cookies to every port',
  async (_which, status, Host, Origin) => {
    const launcher = await aRunningLauncher({ config: { allowed_hosts: ['Pico.Example'] } });
    await aGateway({ pidFile: launcher.paths.pidFile });
    const headers = { Cookie: launcher.cookie, Host, Origin };
    expect((await launcher.upgrade('/pico/ws', headers)).status).toBe(status);
    expect((await launcher.upgrade('/api/events', headers)).status).toBe(status);
  },
);
