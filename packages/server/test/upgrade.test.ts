import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeUpgrade, upgradeDispatcher } from '../src/index.ts';

let app: FastifyInstance;
let port: number;

beforeEach(async () => {
  app = fastify();
  await app.register(upgradeDispatcher, {
    refuse: (reply, { statusCode, code, headers = {} }) =>
      reply.code(statusCode).headers(headers).send({ error: code }),
  });
  app.get('/page', async () => 'page');
  app.get('/refuses', { config: { upgrade: true } }, async (_request, reply) => reply.code(403).send({ error: 'no' }));
  app.get('/ws', { config: { upgrade: true } }, async (request, reply) => {
    const taken = takeUpgrade(request, reply);
    if (taken === undefined) return reply.code(426).send({ error: 'upgrade_required' });
    taken.socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n');
    return reply;
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
});

afterEach(() => app.close());

const handshake = (path: string) =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');

/** Sends bytes and reads until the server closes. */
async function exchange(request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  socket.write(request);
  let reply = '';
  socket.on('data', (text) => {
    reply += text;
  });
  await once(socket, 'close');
  return reply;
}

describe('the upgrade dispatcher', () => {
  it('lets a route that may upgrade take the socket', async () => {
    expect(await exchange(handshake('/ws'))).toMatch(/^HTTP\/1.1 101 /);
  });

  it.each([
    ['/page', 400],
    ['/nowhere', 404],
    ['/refuses', 403],
    ['/%zz', 400],
  ])('answers an upgrade of %s completely with %d and closes', async (path, status) => {
    const reply = await exchange(handshake(path));
    expect(reply).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(reply).toMatch(/connection: close/i);
    const [head = '', body = ''] = reply.split('\r\n\r\n');
    expect(Number(/content-length: (\d+)/i.exec(head)?.[1])).toBe(body.length);
  });

  it('says 426 to an old version, and which one it speaks', async () => {
    const reply = await exchange(handshake('/ws').replace('Version: 13', 'Version: 8'));
    expect(reply).toMatch(/^HTTP\/1.1 426 /);
    expect(reply).toMatch(/sec-websocket-version: 13/i);
  });

  it('leaves plain requests alone', async () => {
    expect((await fetch(`http://127.0.0.1:${port}/page`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/ws`)).status).toBe(426);
  });

  it('leaves no descriptor open after 1000 refused upgrades', async () => {
    await exchange(handshake('/refuses'));
    const before = readdirSync('/proc/self/fd').length;
    for (let round = 0; round < 20; round++) {
      const replies = await Promise.all(Array.from({ length: 50 }, () => exchange(handshake('/refuses'))));
      expect(replies.every((reply) => reply.startsWith('HTTP/1.1 403'))).toBe(true);
    }
    await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 2);
  });

  it('survives a client that resets before the answer', async () => {
    for (let count = 0; count < 20; count++) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(handshake('/refuses'));
      socket.resetAndDestroy();
    }
    expect((await fetch(`http://127.0.0.1:${port}/page`)).status).toBe(200);
  });
});
