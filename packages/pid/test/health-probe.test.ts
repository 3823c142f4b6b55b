import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { probeHealth } from '../src/index.ts';
import { aHealthServer, listen } from './support/health.ts';

async function answerTo(listener: RequestListener, timeoutMs = 5_000) {
  const { port } = await aHealthServer(listener);
  return probeHealth({ host: '127.0.0.1', port }, { timeoutMs });
}

test('a gateway answers with its run and, when it is another implementation, its pid', async () => {
  const paths: (string | undefined)[] = [];
  const answer = await answerTo((request, response) => {
    paths.push(`${request.method} ${request.url}`);
    response.end('{"status":"ok","uptime":"1s","instance_id":"run-1","pid":77}');
  });
  expect(answer).toEqual({ outcome: 'ok', instanceId: 'run-1', pid: 77 });
  expect(paths).toEqual(['GET /health']);
});

test.each<[string, RequestListener]>([
  ['another status code', (_, response) => response.writeHead(503).end('{"status":"ok"}')],
  ['a redirect', (_, response) => response.writeHead(302, { location: '/x' }).end('{"status":"ok"}')],
  ['a page', (_, response) => response.end('<html>')],
  ['another status', (_, response) => response.end('{"status":"starting"}')],
  ['wrong types', (_, response) => response.end('{"status":"ok","pid":"77"}')],
  ['an answer without end', (_, response) => void response.end(`{"status":"ok","x":"${'x'.repeat(100_000)}"}`)],
  [
    'a torn answer',
    (_, response) => void response.writeHead(200, { 'content-length': 90 }).write('{', () => response.destroy()),
  ],
  ['nothing but a closed connection', (request) => void request.socket.destroy()],
])('%s is no gateway’s answer', async (_, listener) => {
  expect(await answerTo(listener)).toMatchObject({ outcome: 'other' });
});

test('a server that is silent, or drips bytes for ever, has 800 ms in all', async () => {
  const started = performance.now();
  const { port } = await aHealthServer((_, response) => {
    const drip = setInterval(() => response.write(' '), 100);
    response.on('close', () => clearInterval(drip));
  });
  expect(await probeHealth({ host: '127.0.0.1', port })).toEqual({
    outcome: 'timeout',
    detail: 'no answer within 800 ms',
  });
  expect(performance.now() - started).toBeGreaterThan(700);
  expect(await answerTo(() => {}, 50)).toMatchObject({ outcome: 'timeout' });
});

test('what does not speak HTTP is no gateway', async () => {
  const server = createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH\r\n'));
  onTestFinished(() => void server.close());
  expect(await probeHealth({ host: '127.0.0.1', port: await listen(server) })).toMatchObject({ outcome: 'other' });
});

test('a closed port refuses', async () => {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  expect(await probeHealth({ host: '127.0.0.1', port })).toMatchObject({ outcome: 'refused' });
});
