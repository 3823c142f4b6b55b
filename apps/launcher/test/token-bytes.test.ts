import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildTestLauncher, signIn, type TestLauncher } from './build-test-launcher.ts';
import { upgradeRequest } from './fixtures/peers.ts';
import { listen, sendRaw } from './raw-http.ts';

/** Of letters that have two forms, and that header bytes could be taken for something else. */
const TOKEN = 'caf\u00e9 cr\u00e8me';
const BARE = 'gen\u00e9ve-\u9375';

let spaced: TestLauncher;
let bare: TestLauncher;
const ports = { spaced: 0, bare: 0 };
beforeAll(async () => {
  const make = (launcher_token: string) =>
    buildTestLauncher({ config: { launcher_token, login_attempts_per_minute: 100_000 } });
  [spaced, bare] = [await make(TOKEN), await make(BARE)];
  [ports.spaced, ports.bare] = [await listen(spaced.app), await listen(bare.app)];
});
afterAll(async () => {
  await Promise.all([spaced.close(), bare.close()]);
});

/** As bytes of UTF-8, since the wire is written as latin1. */
const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const send = async (port: number, ...lines: string[]) => sendRaw(port, [...lines, 'Connection: close']);

const login = async (port: number, token: string) => {
  const body = bytes(JSON.stringify({ token }));
  const head = `POST /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json`;
  return sendRaw(port, `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
};
const link = (port: number, token: string) =>
  send(port, `GET /?token=${encodeURIComponent(token)} HTTP/1.1`, 'Host: localhost');
const bearer = (port: number, token: string) =>
  send(port, 'GET /api/system/version HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${bytes(token)}`);
const socket = (port: number, token: string) =>
  sendRaw(
    port,
    upgradeRequest('/pico/ws', { Host: 'localhost', Authorization: `Bearer ${bytes(token)}` }).toString('latin1'),
  );

const signsIn = ({ statusCode, headers }: Awaited<ReturnType<typeof login>>) =>
  [200, 303].includes(statusCode) && headers['set-cookie']?.includes('session1') === true;

test('the token is the same by every door, as the bytes that it is', async () => {
  expect(signsIn(await login(ports.spaced, TOKEN))).toBe(true);
  expect(signsIn(await link(ports.spaced, TOKEN))).toBe(true);
  expect(signsIn(await login(ports.bare, BARE))).toBe(true);
  expect(signsIn(await link(ports.bare, BARE))).toBe(true);
  expect((await bearer(ports.bare, BARE)).statusCode).toBe(200);
  // Let in; there is no gateway.
  expect((await socket(ports.bare, BARE)).statusCode).toBe(503);
});

test.each([
  ['in its other Unicode form', BARE.normalize('NFD')],
  ['in capitals', BARE.toUpperCase()],
  ['without its last byte', Buffer.from(BARE).subarray(0, -1).toString('latin1')],
  ['with a NUL behind', `${BARE}\0`],
  ['with a NUL within', `${BARE.slice(0, 3)}\0${BARE.slice(3)}`],
  ['with a line break within', `${BARE.slice(0, 3)}\r\n${BARE.slice(3)}`],
  ['with a line break and a blank, as headers were folded once', `${BARE.slice(0, 3)}\r\n ${BARE.slice(3)}`],
  ['twice', `${BARE}${BARE}`],
  ['twice with a comma', `${BARE},${BARE}`],
  ['in quotes', `"${BARE}"`],
  ['percent-encoded', encodeURIComponent(BARE)],
  ['with a mark that nobody sees', `${BARE}\u200b`],
  ['of 4 KiB', 'x'.repeat(4096)],
  ['of 4 KiB that begins right', `${BARE}${'x'.repeat(4096)}`],
  ['of 12 KiB', 'x'.repeat(12_288)],
  ['of 20 KiB', 'x'.repeat(20_480)],
])('a token %s has a defined answer at every door, and opens none', async (_what, token) => {
  const [form, page, api, upgrade] = await Promise.all([
    login(ports.bare, token),
    link(ports.bare, token),
    bearer(ports.bare, token),
    socket(ports.bare, token),
  ]);
  expect([400, 401, 413]).toContain(form.statusCode);
  expect([303, 431]).toContain(page.statusCode);
  if (page.statusCode === 303) expect(page.headers['location']).toBe('/login?error=invalid_token');
  expect([400, 401, 431]).toContain(api.statusCode);
  expect([400, 403, 431]).toContain(upgrade.statusCode);
  for (const { headers } of [form, page, api, upgrade]) expect(headers).not.toHaveProperty('set-cookie');
});

test('blanks around it are trimmed once, blanks within are part of it', async () => {
  expect(signsIn(await login(ports.spaced, ` \t${TOKEN}\r\n`))).toBe(true);
  expect(signsIn(await link(ports.spaced, `\n${TOKEN} `))).toBe(true);
  for (const token of [TOKEN.replace(' ', '  '), TOKEN.replace(' ', ''), TOKEN.replace(' ', '\u00a0')])
    expect([(await login(ports.spaced, token)).statusCode, signsIn(await link(ports.spaced, token))]).toEqual([
      401,
      false,
    ]);
});

test.each([
  ['two lines', [`Authorization: Bearer ${bytes(BARE)}`, `Authorization: Bearer ${bytes(BARE)}`]],
  ['two lines of which one is empty', [`Authorization: Bearer ${bytes(BARE)}`, 'Authorization:']],
  ['an empty line', ['Authorization:']],
  ['a scheme alone', ['Authorization: Bearer']],
  ['Basic', [`Authorization: Basic ${Buffer.from(`x:${BARE}`).toString('base64')}`]],
  ['Basic with the token', [`Authorization: Basic ${bytes(BARE)}`]],
  ['no scheme', [`Authorization: ${bytes(BARE)}`]],
  ['two tokens', [`Authorization: Bearer ${bytes(BARE)} ${bytes(BARE)}`]],
  ['another header', [`Proxy-Authorization: Bearer ${bytes(BARE)}`, `X-Api-Key: ${bytes(BARE)}`]],
])('Authorization with %s is 401 on the API, pages and files, also beside a session', async (what, lines) => {
  const cookie = what === 'another header' ? [] : [`Cookie: ${await signIn(bare)}`];
  for (const [path, status] of [
    ['/api/system/version', 401],
    ['/pico/media/x', 401],
    ['/', what === 'another header' ? 303 : 401],
  ] as const) {
    const reply = await send(ports.bare, `GET ${path} HTTP/1.1`, 'Host: localhost', ...lines, ...cookie);
    expect([path, reply.statusCode]).toEqual([path, status]);
    if (status === 401) expect(reply.headers['www-authenticate']).toBe('Bearer');
  }
});
