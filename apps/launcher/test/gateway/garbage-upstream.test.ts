import { expect, test } from 'vitest';
import { aProxy } from '../fixtures/a-proxy.ts';
import {
  createPeers,
  headerNames,
  headerOf,
  readHead,
  readToEnd,
  switchingProtocols,
  upgradeRequest,
} from '../fixtures/peers.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** What a client that offers these headers gets when the gateway answers in that way. */
async function answered(answer: (head: string) => Buffer | string, offered: Headers = {}) {
  const peers = createPeers();
  const port = await peers.upstream((peer, head) => peer.write(answer(head)));
  const { port: proxyPort, outcomes, details } = await aProxy(peers, port, { handshakeTimeoutMs: 20_000 });
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/pico/ws', offered));
  return { peers, client, head: await readHead(client), outcomes, details };
}

test.each([
  ['bytes that are no HTTP', '\x16\x03\x01\x02\x00 this is not HTTP\r\n\r\n'],
  ['another protocol version', 'HTTP/9.9 101 Switching Protocols\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 403 X\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['headers without an end', `HTTP/1.1 101 X\r\nX: ${'x'.repeat(200_000)}`],
])('%s are a complete 502', async (_name, garbage) => {
  const { peers, head, client, outcomes } = await answered(() => garbage);
  expect(head).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
  expect(JSON.parse(String(await readToEnd(client)))).toMatchObject({ error: 'bad_gateway' });
  expect(outcomes).toEqual(['bad_gateway']);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});

test.each<[string, Headers, Headers, string]>([
  ['for h2c', { Upgrade: 'h2c' }, {}, 'the 101 is for another protocol'],
  ['with a wrong accept', { 'Sec-WebSocket-Accept': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }, {}, 'wrong Sec-WebSocket-Accept'],
  ['without an accept', { 'Sec-WebSocket-Accept': undefined }, {}, 'wrong Sec-WebSocket-Accept'],
  ['with a subprotocol although none was offered', { 'Sec-WebSocket-Protocol': 'pico.v2' }, {}, 'not offered'],
  [
    'with another subprotocol',
    { 'Sec-WebSocket-Protocol': 'pico.v2' },
    { 'Sec-WebSocket-Protocol': 'pico.v1' },
    'not offered',
  ],
  [
    'with all subprotocols that were offered',
    { 'Sec-WebSocket-Protocol': 'pico.v2, pico.v1' },
    { 'Sec-WebSocket-Protocol': 'pico.v2, pico.v1' },
    'not offered',
  ],
  ['with an extension that was not offered', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }, {}, 'extension'],
  [
    'with an extension that is not ASCII',
    { 'Sec-WebSocket-Extensions': 'permessage-deflate; x="caf\xe9"' },
    { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    'extension',
  ],
])('a 101 %s is a 502', async (_name, headers, offered, reason) => {
  const { peers, head, details } = await answered((asked) => switchingProtocols(asked, headers), offered);
  expect(head).toMatch(/^HTTP\/1\.1 502 /);
  expect(details.join()).toContain(reason);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});

test('of a 101 only what the handshake needs reaches the client', async () => {
  const extra = {
    'Set-Cookie': 'picoclaw_launcher_auth=stolen; Path=/',
    'Content-Length': '5',
    'X-Name': 'caf\xe9',
    'Keep-Alive': 'timeout=5',
    'Sec-WebSocket-Protocol': 'pico.v2',
    'Sec-WebSocket-Extensions': 'permessage-deflate; server_no_context_takeover',
  };
  const { head } = await answered((asked) => switchingProtocols(asked, extra), {
    'Sec-WebSocket-Protocol': 'pico.v2, pico.v1',
    'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
  });
  expect(head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
  expect(headerNames(head)).toEqual([
    'connection',
    'sec-websocket-accept',
    'sec-websocket-extensions',
    'sec-websocket-protocol',
    'upgrade',
  ]);
  expect(headerOf(head, 'sec-websocket-protocol')).toBe('pico.v2');
  expect(headerOf(head, 'sec-websocket-extensions')).toBe('permessage-deflate; server_no_context_takeover');
});

test.each<[string, string]>([
  ['without a Connection', 'Upgrade: websocket\r\n'],
  ['without an Upgrade', 'Connection: Upgrade\r\n'],
  ['that closes', 'Upgrade: websocket\r\nConnection: close\r\n'],
  ['for two protocols', 'Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n'],
  [
    'with two accepts',
    'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n',
  ],
])('a 101 %s, its accept being right, is a 502 as well', async (_name, lines) => {
  const { peers, head, outcomes } = await answered((asked) => {
    const right = headerOf(String(switchingProtocols(asked)), 'sec-websocket-accept');
    return `HTTP/1.1 101 Switching Protocols\r\n${lines}Sec-WebSocket-Accept: ${right}\r\n\r\n`;
  });
  expect(head).toMatch(/^HTTP\/1\.1 502 /);
  expect(outcomes).toEqual(['bad_gateway']);
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
});
