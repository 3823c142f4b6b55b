import { expect, test } from 'vitest';
import { aProxy } from '../fixtures/a-proxy.ts';
import { createPeers, headerNames, headerOf, readToEnd, upgradeRequest } from '../fixtures/peers.ts';

/** What every reply of the launcher says, and how this one is framed. */
const OWN_HEADERS = [
  'connection',
  'content-length',
  'content-security-policy',
  'referrer-policy',
  'x-content-type-options',
  'x-frame-options',
];

/** What the client gets when the gateway answers with these bytes. */
async function relayed(answer: string | Buffer, { end = true, handshakeTimeoutMs = 5_000 } = {}) {
  const peers = createPeers();
  const port = await peers.upstream((peer) => (end ? peer.end(answer) : peer.write(answer)));
  const { port: proxyPort, outcomes } = await aProxy(peers, port, { handshakeTimeoutMs });
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/pico/ws'));
  const [head = '', ...body] = String(await readToEnd(client)).split('\r\n\r\n');
  await expect.poll(peers.foreignSockets, { timeout: 1_500 }).toBe(0);
  return { head, body: body.join('\r\n\r\n'), outcomes };
}

test('a port on which nobody listens is a 503 with a Retry-After', async () => {
  const peers = createPeers();
  const { port, outcomes } = await aProxy(peers, 1);
  const client = await peers.client(port);
  client.write(upgradeRequest('/pico/ws'));
  const reply = String(await readToEnd(client));
  expect(reply).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
  expect(headerOf(reply, 'retry-after')).toBe('1');
  expect(outcomes).toEqual(['gateway_unavailable']);
});

test.each([
  ['ends at once', '', true],
  ['ends in the middle of its answer', 'HTTP/1.1 101 Swi', true],
])('a gateway that %s is a 503', async (_name, answer, end) => {
  expect((await relayed(answer, { end })).head).toMatch(/^HTTP\/1\.1 503 /);
});

test('a gateway that resets before it answers is a 503', async () => {
  const peers = createPeers();
  const port = await peers.upstream((peer) => peer.resetAndDestroy());
  const { port: proxyPort } = await aProxy(peers, port);
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/pico/ws'));
  expect(String(await readToEnd(client))).toMatch(/^HTTP\/1\.1 503 /);
});

test('a refusal in chunks arrives without them and well-formed', async () => {
  const chunked =
    'HTTP/1.1 403 Nope\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\nContent-Type: text/plain\r\n\r\n';
  const { head, body, outcomes } = await relayed(`${chunked}3\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: 1\r\n\r\n`);
  expect(head).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  expect(headerNames(head)).toEqual([...OWN_HEADERS, 'content-type'].sort());
  expect(headerOf(head, 'content-length')).toBe('5');
  expect(body).toBe('abcde');
  expect(outcomes).toEqual(['refused']);
});

test.each([401, 403, 404, 426, 429, 500, 503])('its own %i passes through', async (status) => {
  const { head, body } = await relayed(`HTTP/1.1 ${status} X\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno`);
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(headerOf(head, 'retry-after')).toBe('7');
  expect(body).toBe('no');
});

test.each([200, 204, 301, 304])('a %i is neither a WebSocket nor a refusal', async (status) => {
  const { head } = await relayed(`HTTP/1.1 ${status} X\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n`);
  expect(head).toMatch(/^HTTP\/1\.1 502 /);
  expect(headerOf(head, 'location')).toBeUndefined();
});

test("cookies, hop-by-hop headers and text that is not ASCII stay on the gateway's side", async () => {
  const answer = [
    'HTTP/1.1 403 Caf\xe9',
    'Set-Cookie: picoclaw_launcher_auth=x; Path=/',
    'Set-Cookie: two=2',
    'Connection: keep-alive, X-Hop',
    'X-Hop: 1',
    'Keep-Alive: timeout=5',
    'WWW-Authenticate: Bearer realm="caf\xe9"',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  const { head } = await relayed(Buffer.from(answer, 'latin1'));
  expect(headerNames(head)).toEqual(OWN_HEADERS);
  expect(headerOf(head, 'connection')).toBe('close');
  expect(head).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
});

test('an endless refusal is cut at 64 KiB', async () => {
  const endless = `HTTP/1.1 500 X\r\nContent-Length: 99999999\r\n\r\n${'x'.repeat(1_000_000)}`;
  const { head, body } = await relayed(endless, { end: false });
  expect(Number(headerOf(head, 'content-length'))).toBeLessThanOrEqual(65_536);
  expect(body.length).toBe(Number(headerOf(head, 'content-length')));
});

test('a refusal whose body never comes is not waited for', async () => {
  const { head } = await relayed('HTTP/1.1 403 X\r\nContent-Length: 10\r\n\r\nabc', {
    end: false,
    handshakeTimeoutMs: 150,
  });
  expect(head).toMatch(/^HTTP\/1\.1 (403|504) /);
});
