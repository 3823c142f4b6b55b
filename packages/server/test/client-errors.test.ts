import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientErrorHandler, type RequestProblem, requestSyntax, upgradeDispatcher } from '../src/index.ts';

const LONG_BYTES = 4 * 1024 * 1024;
const get = (path: string, ...lines: string[]) =>
  [`GET ${path} HTTP/1.1`, 'Host: localhost', ...lines, '\r\n'].join('\r\n');
const upgrade = get(
  '/ws',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
);

let app: FastifyInstance;
let port = 0;
const asked: string[] = [];

beforeAll(async () => {
  app = fastify({
    clientErrorHandler: clientErrorHandler((code) => {
      return `HTTP/1.1 400 Bad Request\r\nContent-Length: ${code.length}\r\nConnection: close\r\n\r\n${code}`;
    }),
  });
  const refuse = (reply: FastifyReply, { statusCode }: RequestProblem) => reply.code(statusCode).send({});
  await app.register(requestSyntax, { refuse });
  await app.register(upgradeDispatcher, { refuse });
  app.addHook('onRequest', async ({ url }) => void asked.push(url));
  app.get('/long', (_request, reply) => reply.header('content-length', LONG_BYTES).send(zeros()));
  app.get('/late', async () => new Promise((resolve) => setImmediate(() => resolve('late'))));
  app.post('/', async () => 'posted');
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
});
afterAll(() => app.close());

/** A body in pieces, so that most of it is still to come when the next bytes are read. */
const zeros = () => Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(LONG_BYTES / 64, '0')));

async function readAll(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  socket.on('error', () => undefined).on('data', (part: Buffer) => parts.push(part));
  await once(socket, 'close');
  return Buffer.concat(parts).toString('latin1');
}

function send(...bytes: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  for (const part of bytes) socket.write(part, 'latin1');
  return readAll(socket);
}

const statusesOf = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

describe('bytes that are no request', () => {
  it('are refused behind a long answer, not amid it', async () => {
    const text = await send(get('/long'), 'rubbish\r\n\r\n');
    const [head = ''] = text.split('\r\n\r\n', 1);
    const rest = text.slice(head.length + 4);
    expect(rest.slice(0, LONG_BYTES)).toBe('0'.repeat(LONG_BYTES));
    expect(rest.slice(LONG_BYTES)).toMatch(/^HTTP\/1\.1 400 .*HPE_INVALID_METHOD$/s);
  });

  it('are refused behind an answer that has not begun', async () => {
    expect(statusesOf(await send(`${get('/late')}${get('/late')}rubbish\r\n\r\n`))).toEqual([200, 200, 400]);
  });

  it('are refused once, however many come', async () => {
    const text = await send(...Array<string>(50).fill(`rubbish ${'x'.repeat(20_000)}\r\n`));
    expect(statusesOf(text)).toEqual([400]);
  });

  it('as a body end the connection behind what came before, without an answer of their own', async () => {
    const broken = [
      'POST / HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
      '\r\nzz\r\n',
    ].join('\r\n');
    expect(statusesOf(await send(`${get('/late')}${broken}`))).toEqual([200]);
    expect(statusesOf(await send(broken))).toEqual([400]);
  });
});

describe('an upgrade before the answers to what came before it', () => {
  it('ends the connection behind them, and nothing else', async () => {
    expect(statusesOf(await send(`${get('/late')}${get('/late')}${upgrade}`))).toEqual([200, 200]);
    expect(statusesOf(await send(get('/late', 'Connection: close')))).toEqual([200]);
  });

  it('ends it soon where nobody reads the answers', async () => {
    const socket = connect(port, '127.0.0.1').pause();
    socket.write(`${get('/long').repeat(4)}${upgrade}`);
    const [accepted] = (await once(app.server, 'connection')) as [Socket];
    await once(accepted, 'close');
    socket.destroy();
  });
});

it('what came behind a malformed request is not looked at', async () => {
  asked.length = 0;
  const malformed = get('/late', 'Host: evil.example');
  expect(statusesOf(await send(`${malformed}${get('/smuggled')}${get('/smuggled')}`))).toEqual([400]);
  expect(asked).toEqual([]);
});
