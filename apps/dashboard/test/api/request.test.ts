import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { request } from '../../src/api/request.ts';

const schema = z.object({ status: z.string() });
let answer: RequestListener;
const server = createServer((incoming, outgoing) => answer(incoming, outgoing));

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  Object.assign(globalThis, { document: { baseURI: `http://127.0.0.1:${port}/claw/` } });
});
afterEach(async () => {
  Reflect.deleteProperty(globalThis, 'document');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a reply that fits is its value, asked for under the base path', async () => {
  let seen = '';
  answer = (incoming, outgoing) => {
    seen = `${incoming.method} ${incoming.url} ${incoming.headers['content-type']}`;
    outgoing.end('{"status":"ok"}');
  };
  expect(await request('login', schema, { method: 'POST', body: {} })).toEqual({ ok: true, value: { status: 'ok' } });
  expect(seen).toBe('POST /claw/login application/json');
});

test('a refusal brings its code, message and how long to wait', async () => {
  answer = (_, outgoing) => {
    outgoing.writeHead(429, { 'Retry-After': '42' }).end('{"error":"too_many_attempts","message":"Wait."}');
  };
  expect(await request('login', schema)).toEqual({
    ok: false,
    status: 429,
    code: 'too_many_attempts',
    message: 'Wait.',
    retryAfterSeconds: 42,
  });
});

test('a page instead of JSON, a redirect and a reply of another shape are refusals, not exceptions', async () => {
  answer = (_, outgoing) => outgoing.writeHead(502).end('<h1>Bad gateway</h1>');
  expect(await request('x', schema)).toEqual({ ok: false, status: 502, code: 'unexpected_reply' });
  answer = (_, outgoing) => outgoing.end('{"status":1}');
  expect(await request('x', schema)).toEqual({ ok: false, status: 200, code: 'unexpected_reply' });
  answer = (_, outgoing) => outgoing.writeHead(303, { location: '/login' }).end();
  expect(await request('x', schema)).toMatchObject({ ok: false, code: 'unreachable' });
});

test('nobody there is a refusal of its own', async () => {
  answer = (incoming) => incoming.socket.destroy();
  expect(await request('x', schema)).toEqual({ ok: false, status: 0, code: 'unreachable' });
});
