import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { TOKEN } from '../build-test-launcher.ts';
import { aGateway } from '../fixtures/a-gateway.ts';
import { aProxy } from '../fixtures/a-proxy.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';
import { createPeers, readHead, readToEnd, switchingProtocols, upgradeRequest } from '../fixtures/peers.ts';

const COOKIE = 'picoclaw_launcher_auth=stolen; Path=/';

/** A cookie in every place of an answer: before it, in its head, and behind its body. */
function setCookies(response: ServerResponse, status: number): void {
  response.writeProcessing();
  response.writeEarlyHints({ link: '</x>; rel=preload', 'set-cookie': COOKIE });
  const headers = { 'content-type': 'image/png', 'set-cookie': [COOKIE, COOKIE] };
  const hasBody = status !== 304;
  response.writeHead(status, hasBody ? { ...headers, trailer: 'Set-Cookie' } : headers);
  if (hasBody) response.addTrailers({ 'Set-Cookie': COOKIE });
  response.end(hasBody ? '0123' : undefined);
}

test.each([200, 206, 302, 304, 401, 404, 500])(
  'no cookie of a gateway that answers %i for a file reaches the browser, nor does the browser’s reach it',
  async (status) => {
    const launcher = await aRunningLauncher();
    const gateway = await aGateway({
      pidFile: launcher.paths.pidFile,
      onRequest: (_request, response) => setCookies(response, status),
    });
    const socket = await launcher.open();
    const lines = [
      `GET /pico/media/x.png HTTP/1.1\r\nHost: 127.0.0.1:${launcher.port}`,
      `Cookie: ${launcher.cookie}`,
      `Authorization: Bearer ${TOKEN}`,
      'Expect: 100-continue',
      'Connection: close, Cookie, Authorization',
      'Trailer: Cookie',
      'TE: trailers',
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    const reply = String(await readToEnd(socket));
    expect(reply).toMatch(/^HTTP\/1\.1 (100 Continue\r\n\r\nHTTP\/1\.1 )?[2345]\d\d /);
    expect(reply).not.toMatch(/stolen|set-cookie|early hints/i);
    expect(gateway.seen.filter(({ url }) => url.startsWith('/pico'))).toHaveLength(1);
    const seen = JSON.stringify(gateway.seen);
    for (const secret of [TOKEN, 'session1', 'cookie', 'expect']) expect(seen).not.toContain(secret);
  },
);

test.each([
  ['an early hint before a 101', 'HTTP/1.1 103 Early Hints', ''],
  ['a 100 before a 101', 'HTTP/1.1 100 Continue', ''],
  ['an early hint before a refusal', 'HTTP/1.1 103 Early Hints', 'HTTP/1.1 403 X'],
])('%s brings no cookie to the browser', async (_what, before, refusal) => {
  const peers = createPeers();
  const head = (line: string) => `${line}\r\nSet-Cookie: ${COOKIE}\r\n`;
  const port = await peers.upstream((peer, asked) => {
    peer.write(`${head(before)}\r\n`);
    if (refusal === '') peer.write(switchingProtocols(asked, { 'Set-Cookie': COOKIE }));
    else peer.end(`${head(refusal)}Content-Length: 0\r\n\r\n`);
  });
  const { port: proxyPort } = await aProxy(peers, port);
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/pico/ws'));
  const answer = await readHead(client);
  expect(answer).toMatch(refusal === '' ? /^HTTP\/1\.1 101 / : /^HTTP\/1\.1 403 /);
  expect(answer).not.toMatch(/stolen|set-cookie/i);
});
