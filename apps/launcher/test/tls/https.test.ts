import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { askHttp } from '../../../../tests/support/https.ts';
import { TOKEN } from '../build-test-launcher.ts';
import { readToEnd } from '../fixtures/peers.ts';
import { aSecureLauncher } from './a-secure-launcher.ts';

const html = { accept: 'text/html' };

function aConnection(port: number) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Sends bytes and answers with all that comes back until the end. */
async function send(port: number, text: string): Promise<string> {
  const socket = aConnection(port);
  socket.write(text);
  return String(await readToEnd(socket));
}

it('a person signs in over https, with a cookie that is Secure and bound to its host', async () => {
  const { url, ca } = await aSecureLauncher();
  const reply = await askHttp(`${url}/login`, { method: 'POST', json: { token: TOKEN }, ca: ca() });
  expect(reply.status).toBe(200);
  const [cookie = ''] = [reply.headers['set-cookie']].flat();
  expect(cookie).toMatch(/^__Host-picoclaw_launcher_auth=.*; Secure/);
  const headers = { cookie: cookie.split(';')[0] ?? '' };
  const info = await askHttp(`${url}/api/pico/info`, { headers, ca: ca() });
  expect(JSON.parse(info.body)).toMatchObject({ ws_url: `${url.replace('https', 'wss')}/pico/ws` });
});

it('WebSockets of its own pages open over wss, and on every address', async () => {
  const { port, ca, config } = await aSecureLauncher();
  expect(config.bindHosts.length).toBeGreaterThan(0);
  for (const host of ['127.0.0.1', '127.0.0.2']) {
    const trust = { ca: ca(), servername: 'localhost' };
    const options = { headers: { authorization: `Bearer ${TOKEN}` }, ...trust };
    const socket = new WebSocket(`wss://${host}:${port}/api/events`, options);
    await once(socket, 'open');
    socket.send('{"type":"ping","ref":1}');
    const [frame] = await once(socket, 'message');
    expect(JSON.parse(String(frame))).toMatchObject({ type: 'pong' });
    socket.terminate();
  }
});

it('nothing below TLS 1.2 is spoken, and no HTTP/2 is agreed on', async () => {
  const { port, shake } = await aSecureLauncher();
  const old = connectTls({
    ...{ port, host: '127.0.0.1', rejectUnauthorized: false },
    // Also with ciphers that OpenSSL has given up.
    ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
  });
  const [error] = await once(old, 'error');
  expect(error.code).toMatch(/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS/);
  const { socket } = await shake();
  expect(socket.getProtocol()).toBe('TLSv1.3');
  const modern = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] });
  onTestFinished(() => void modern.destroy());
  await once(modern, 'secureConnect');
  expect(modern.alpnProtocol).toBe('http/1.1');
});

it('http:// on the same port leads browsers to https, without the token, and tells programs', async () => {
  const { port } = await aSecureLauncher();
  const plain = `http://localhost:${port}`;
  const page = await askHttp(`${plain}/chat?a=1&token=${TOKEN}`, { headers: html });
  expect([page.status, page.headers['location']]).toEqual([307, `https://localhost:${port}/chat?a=1`]);
  const told = { error: 'https_required', message: expect.stringContaining('https://') };
  const posted = await askHttp(`${plain}/login`, { method: 'POST', json: { token: TOKEN } });
  for (const reply of [posted, await askHttp(`${plain}/api/auth/status`)]) {
    expect([reply.status, JSON.parse(reply.body)]).toEqual([400, told]);
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(reply.headers['connection']).toBe('close');
  }
  const refused = new WebSocket(`ws://localhost:${port}/pico/ws`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const [, response] = await once(refused, 'unexpected-response');
  expect(response.statusCode).toBe(400);
});

it('health checks of this machine need no certificate; nobody else gets an answer without', async () => {
  const { port } = await aSecureLauncher();
  const ask = async (path: string, headers = {}) =>
    (await askHttp(`http://127.0.0.1:${port}${path}`, { headers })).status;
  expect([await ask('/health'), await ask('/ready'), await ask('/health/'), await ask('/metrics')]).toEqual([
    200, 200, 400, 400,
  ]);
  expect(await ask('/ready', { 'x-forwarded-for': '192.0.2.1' })).toBe(400);
});

it('http:// from a foreign name or through a proxy is led nowhere', async () => {
  const { port } = await aSecureLauncher();
  const ask = (headers: object) => askHttp(`http://127.0.0.1:${port}/`, { headers: { ...html, ...headers } });
  const foreign = await ask({ host: `evil.example:${port}` });
  expect([foreign.status, foreign.headers['location']]).toEqual([421, undefined]);
  const forwarded = await ask({ 'x-forwarded-proto': 'https' });
  expect([forwarded.status, forwarded.headers['location']]).toEqual([400, undefined]);
});

it('bytes that are neither TLS nor HTTP, in whatever pieces, get a refusal and an end', async () => {
  const { port } = await aSecureLauncher();
  expect(await send(port, 'SSH-2.0-OpenSSH_9\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  const socket = aConnection(port);
  for (const letter of `GET / HTTP/1.1\r\nhost: localhost:${port}\r\naccept: text/html\r\n\r\n`) {
    await new Promise((resolve) => socket.write(letter, resolve));
  }
  expect(String(await readToEnd(socket))).toMatch(/^HTTP\/1\.1 307 /);
  // A handshake that breaks off in rubbish is answered with an alert of TLS, or with the end.
  const rubbish = aConnection(port);
  rubbish.write(`\x16${'x'.repeat(64)}`);
  expect(String(await readToEnd(rubbish))).not.toContain('HTTP');
});

it('clients that vanish within the handshake, by hundreds, leave nothing open and end nothing', async () => {
  const { port, app, url, ca } = await aSecureLauncher();
  for (let round = 0; round < 100; round += 1) {
    const socket = aConnection(port);
    await once(socket, 'connect');
    if (round % 3 > 0) socket.write(Buffer.from([0x16, 3, 1, 2, 0]));
    if (round % 2 === 0) socket.resetAndDestroy();
    else socket.end();
  }
  const openCount = () => new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)));
  await expect.poll(openCount).toBe(0);
  expect((await askHttp(`${url}/health`, { ca: ca() })).status).toBe(200);
});

it('close() finishes while handshakes wait and connections are open', async () => {
  const { port, app, shake } = await aSecureLauncher();
  const silent = aConnection(port);
  const halfway = aConnection(port);
  halfway.write(Buffer.from([0x16]));
  await Promise.all([once(silent, 'connect'), once(halfway, 'connect')]);
  const { socket } = await shake();
  const startedAt = performance.now();
  const ended = Promise.all([silent, halfway, socket].map((one) => once(one.resume(), 'close')));
  await app.close();
  // Far below what a handshake may take.
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  silent.end();
  halfway.end();
  await ended;
});
