import { Secret } from '@picoclaw/auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange, handshake } from '../support/raw-http.ts';
import { settingsWith, startTestGateway } from '../support/test-gateway.ts';

const TOKEN = 'gen\u00e9ve-\u9375';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  const channel = { token: new Secret(TOKEN), allowTokenQuery: true };
  gateway = await startTestGateway({ settings: settingsWith(channel, { gatewayToken: undefined }) });
});
afterAll(() => gateway.app.close());

const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const statusOf = async (request: string) => Number((await exchange(gateway.port, request)).split(' ')[1]);
const get = (...lines: string[]) =>
  ['GET /pico/sessions HTTP/1.1', 'Host: localhost', 'Connection: close', ...lines, '\r\n'].join('\r\n');
const right = `Authorization: Bearer ${bytes(TOKEN)}`;

describe('a channel token', () => {
  it('opens as the bytes that it is', async () => {
    expect(await statusOf(get(right))).toBe(200);
  });

  it.each([
    ['in its other Unicode form', TOKEN.normalize('NFD')],
    ['in capitals', TOKEN.toUpperCase()],
    ['without its last letter', TOKEN.slice(0, -1)],
    ['with a NUL behind', `${TOKEN}\0`],
    ['with a line break within', `${TOKEN.slice(0, 3)}\r\n ${TOKEN.slice(3)}`],
    ['twice', `${TOKEN}${TOKEN}`],
    ['in quotes', `"${TOKEN}"`],
    ['of 4 KiB that begins right', `${TOKEN}${'x'.repeat(4096)}`],
    ['of 20 KiB', 'x'.repeat(20_480)],
    ['composed with nothing', `pico-.${TOKEN}`],
    ['composed without an end', 'pico-0123456789abcdef0123456789abcdef.'],
  ])('%s has a defined answer in every place, and opens none', async (_what, token) => {
    const presented = `Authorization: Bearer ${bytes(token)}`;
    const query = encodeURIComponent(token);
    for (const request of [get(presented), handshake('/pico/ws', presented), handshake(`/pico/ws?token=${query}`)])
      expect([400, 401, 431]).toContain(await statusOf(request));
  });

  it.each([
    ['two lines', [right, right]],
    ['two lines of which one is empty', [right, 'Authorization:']],
    ['an empty line', ['Authorization:']],
    ['a scheme alone', ['Authorization: Bearer']],
    ['Basic', [right.replace('Bearer', 'Basic')]],
    ['no scheme', [right.replace('Bearer ', '')]],
  ])('in %s is 401, in an upgrade too', async (_what, lines) => {
    expect(await statusOf(get(...lines))).toBe(401);
    expect(await statusOf(handshake('/pico/ws', ...lines))).toBe(401);
  });
});
