import { expect, test } from 'vitest';
import { aLauncher, signIn, TOKEN } from './build-test-launcher.ts';
import { upgradeRequest } from './fixtures/peers.ts';
import { listen, type RawReply, sendRaw } from './raw-http.ts';

type Lines = readonly string[];
const ask = (method: string, target: string, ...lines: Lines) =>
  [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines].join('\r\n').concat('\r\n\r\n');
const post = (target: string, type: string, body: string, lines: Lines = []) =>
  `${ask('POST', target, `Content-Type: ${type}`, `Content-Length: ${body.length}`, ...lines)}${body}`;
const json = (target: string, body: object, lines: Lines) =>
  post(target, 'application/json', JSON.stringify(body), lines);
const upgrade = (path: string, name: string, value: string, lines: Lines) =>
  upgradeRequest(path, {
    Host: 'localhost',
    [name]: value,
    ...Object.fromEntries(lines.map((line) => line.split(': '))),
  }).toString('latin1');

/** Every way of trying a token, with further header lines. */
const DOORS: readonly ((token: string, lines?: Lines) => string)[] = [
  (token, lines = []) => json('/login', { token }, lines),
  (token, lines = []) => json('/api/auth/login', { password: token }, lines),
  (token, lines = []) => post('/launcher-login', 'application/x-www-form-urlencoded', `token=${token}`, lines),
  (token, lines = []) => ask('GET', `/?token=${token}`, ...lines),
  (token, lines = []) => ask('HEAD', `/chat?token=${token}`, ...lines),
  (token, lines = []) => ask('GET', '/api/system/version', `Authorization: Bearer ${token}`, ...lines),
  (token, lines = []) => ask('HEAD', '/api/gateway/status', `Authorization: Bearer ${token}`, ...lines),
  (token, lines = []) => ask('POST', '/api/gateway/stop', `Authorization: Bearer ${token}`, ...lines),
  (token, lines = []) => ask('GET', '/pico/media/x', `Authorization: Bearer ${token}`, ...lines),
  (token, lines = []) => ask('GET', '/pico/ws', `Authorization: Bearer ${token}`, ...lines),
  (token, lines = []) => upgrade('/pico/ws', 'Authorization', `Bearer ${token}`, lines),
  (token, lines = []) => upgrade('/pico', 'Sec-WebSocket-Protocol', `pico.v1, token.${token}`, lines),
  (token, lines = []) => upgrade('/api/events', 'Authorization', `Bearer ${token}`, lines),
];

/** So many guesses at one moment, at all doors in turn. */
const guesses = (port: number, count: number, linesOf: (index: number) => Lines = () => []): Promise<RawReply[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      sendRaw(port, DOORS[index % DOORS.length]?.(`wrong-${index}`, linesOf(index)) ?? ''),
    ),
  );
const limited = (replies: readonly RawReply[]) => replies.filter(({ statusCode }) => statusCode === 429);
const evaluated = (replies: readonly RawReply[]) =>
  replies.filter(({ statusCode, headers }) => [401, 403].includes(statusCode) || headers['location'] !== undefined);

const BEHIND_PROXY = { trusted_proxy_cidrs: ['127.0.0.1/32'] };

test('of 200 guesses at once at all doors ten are evaluated, and 190 are told when to come back', async () => {
  const port = await listen((await aLauncher()).app);
  const replies = await guesses(port, 200);
  expect([evaluated(replies).length, limited(replies).length]).toEqual([10, 190]);
  for (const { headers } of limited(replies)) {
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
  }
  expect(replies.map(({ headers }) => headers['set-cookie']).filter(Boolean)).toEqual([]);
  // And the right one is no better than those, wherever it is tried.
  const right = await Promise.all(DOORS.map((door) => sendRaw(port, door(TOKEN))));
  expect(right.map(({ statusCode }) => statusCode)).toEqual(DOORS.map(() => 429));
});

test('a session goes on amid the guesses, over sockets too', async () => {
  const launcher = await aLauncher();
  const cookie = `Cookie: ${await signIn(launcher)}`;
  const port = await listen(launcher.app);
  const own = [`Host: 127.0.0.1:${port}`, cookie, `Origin: http://127.0.0.1:${port}`];
  const use = async () => [
    (await sendRaw(port, ask('GET', '/api/system/version', cookie))).statusCode,
    (await sendRaw(port, ask('GET', '/', cookie))).statusCode,
    // Let in; and nobody runs there.
    (await sendRaw(port, upgrade('/pico/ws', 'Pragma', 'no-cache', own))).statusCode,
  ];
  const [replies, ...uses] = await Promise.all([guesses(port, 200), ...Array.from({ length: 10 }, use)]);
  expect(limited(replies).length).toBeGreaterThanOrEqual(190);
  expect([...uses, await use()]).toEqual(Array.from({ length: 11 }, () => [200, 200, 503]));
});

test('behind a trusted proxy each of 50 clients has its own budget, at the same moment', async () => {
  const port = await listen((await aLauncher({ config: BEHIND_PROXY })).app);
  const clientOf = (index: number) => (index < 147 ? 2 + (index % 49) : 1);
  const replies = await guesses(port, 170, (index) => [`X-Forwarded-For: 203.0.113.9, 198.51.100.${clientOf(index)}`]);
  const ofClient = (wanted: (client: number) => boolean) => replies.filter((_, index) => wanted(clientOf(index)));
  expect(limited(ofClient((client) => client > 1))).toEqual([]);
  const greedy = ofClient((client) => client === 1);
  expect([evaluated(greedy).length, limited(greedy).length]).toEqual([10, 13]);
});

test.each([
  ['whom nobody trusts', {}, (index: number) => `198.51.100.${index % 50}`],
  ['within one IPv6 /64', BEHIND_PROXY, (index: number) => `2001:db8:0:7:${index.toString(16)}::${index % 50}`],
  ['with a port that changes', BEHIND_PROXY, (index: number) => `198.51.100.1:${40_000 + index}`],
  ['to the left of the last', BEHIND_PROXY, (index: number) => `198.51.100.${index % 50}, 198.51.100.200`],
])('200 addresses %s are one client', async (_who, config, addressOf) => {
  const port = await listen((await aLauncher({ config })).app);
  const replies = await guesses(port, 200, (index) => [`X-Forwarded-For: ${addressOf(index)}`]);
  expect([evaluated(replies).length, limited(replies).length]).toEqual([10, 190]);
});

test('guesses of 500 clients at one moment are not more than all together may have', async () => {
  const port = await listen((await aLauncher({ config: { ...BEHIND_PROXY, login_attempts_per_minute: 2 } })).app);
  const replies = await guesses(port, 500, (index) => [`X-Forwarded-For: 198.51.${index >> 8}.${index & 255}`]);
  expect([evaluated(replies).length, limited(replies).length]).toEqual([40, 460]);
});

test('one upgrade with a hundred tokens is a hundred guesses', async () => {
  const { app } = await aLauncher();
  const port = await listen(app);
  const offer = (...tokens: string[]) => tokens.map((token) => `token.${token}`).join(', ');
  const wrong = Array.from({ length: 99 }, (_, index) => `guess-${index}`);
  const reply = await sendRaw(port, upgrade('/pico/ws', 'Sec-WebSocket-Protocol', offer(...wrong, TOKEN), []));
  expect(reply.statusCode).toBe(429);
  expect((await sendRaw(port, DOORS[0]?.('wrong') ?? '')).statusCode).toBe(429);
});

test('a client that offers its token beside an outdated one gets in', async () => {
  const { app } = await aLauncher();
  const port = await listen(app);
  const offer = upgrade('/pico/ws', 'Sec-WebSocket-Protocol', `pico.v2, token.outdated, token.${TOKEN}`, []);
  expect((await sendRaw(port, offer)).statusCode).toBe(503);
});

test('who has got hold of a session cannot find out the token by it', async () => {
  const launcher = await aLauncher();
  const port = await listen(launcher.app);
  const lines = [`Cookie: ${await signIn(launcher)}`, 'Sec-Fetch-Site: same-origin'];
  const change = (index: number) => ({ token: 'of-a-thief', confirm: 'of-a-thief', current_token: `wrong-${index}` });
  const replies = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      index % 2 === 0
        ? sendRaw(port, ask('GET', '/api/pico/token', `X-Launcher-Token: wrong-${index}`, ...lines))
        : sendRaw(port, json('/setup', change(index), lines)),
    ),
  );
  // Signing in was the first of ten.
  expect([evaluated(replies).length, limited(replies).length]).toEqual([9, 31]);
  const right = await sendRaw(port, ask('GET', '/api/pico/token', `X-Launcher-Token: ${TOKEN}`, ...lines));
  expect(right.statusCode).toBe(429);
  expect(launcher.token()).toBe(TOKEN);
});
