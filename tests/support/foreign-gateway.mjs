/**
 * A gateway of another make, as the Go one behaves: a pid file of five fields, and the plain channel token on /pico/ws.
 * node foreign-gateway.mjs --home <directory> --port <port> --token <channel token>
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';

const { values } = parseArgs({
  options: { home: { type: 'string' }, port: { type: 'string' }, token: { type: 'string' } },
});
const { home = '.', port = '0', token = '' } = values;
const pidFile = join(home, '.picoclaw.pid');

/** @type {import('node:http').IncomingHttpHeaders[]} */
const seen = [];
const upgrades = new WebSocketServer({ noServer: true });

const server = createServer((request, response) => {
  /** @type {Record<string, () => unknown>} */
  const answers = { '/health': () => ({ status: 'ok', uptime: '1s' }), '/__seen': () => seen };
  const answer = answers[new URL(request.url ?? '/', 'http://localhost').pathname];
  response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer ? answer() : { error: 'not found' }));
});

/** @param {import('node:http').IncomingMessage} request */
const isAuthorized = ({ headers }) => {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return headers.authorization === `Bearer ${token}` || offered.includes(`token.${token}`);
};

server.on('upgrade', (request, socket, head) => {
  seen.push(request.headers);
  socket.on('error', () => socket.destroy());
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const status = pathname !== '/pico/ws' ? '404 Not Found' : isAuthorized(request) ? undefined : '401 Unauthorized';
  if (status !== undefined) {
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    return;
  }
  upgrades.handleUpgrade(request, /** @type {import('node:net').Socket} */ (socket), head, (client) => {
    const session_id = searchParams.get('session_id') || randomUUID();
    /** @param {Record<string, unknown>} frame */
    const say = (frame) => client.send(JSON.stringify({ ...frame, session_id, timestamp: Date.now() }));
    client.on('error', () => client.terminate());
    client.on('message', (data) => {
      const frame = JSON.parse(data.toString());
      if (frame.type === 'ping') say({ type: 'pong', id: frame.id });
      if (frame.type !== 'message.send') return;
      const { content } = frame.payload;
      say({ type: 'message.create', payload: { message_id: randomUUID(), content } });
    });
  });
});

const stop = () => {
  rmSync(pidFile, { force: true });
  process.exit(0);
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// So that a reader of the pid file recognises it by its command line, as it does the Go program.
process.title = 'picoclaw gateway';

server.listen(Number(port), '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const record = {
    pid: process.pid,
    token: randomBytes(16).toString('hex'),
    version: '0.0.0-foreign',
    port: address.port,
    host: '127.0.0.1',
  };
  mkdirSync(home, { recursive: true, mode: 0o700 });
  writeFileSync(pidFile, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  process.stdout.write(`listening on ${address.port}\n`);
});
