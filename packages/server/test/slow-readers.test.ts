import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { shedSlowReaders } from '../src/index.ts';

const LOOK_EVERY_MS = 100;
/** More than the kernel takes off the server's hands. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, 'x');

/** A server that is watched, and a client that has asked it something and reads nothing yet. */
async function asked(
  answer: RequestListener,
  options: ServerOptions = {},
  { lookEveryMs = LOOK_EVERY_MS, path = '' } = {},
) {
  const server = createServer(options, answer);
  shedSlowReaders(server, lookEveryMs);
  server.listen(path === '' ? { port: 0, host: '127.0.0.1' } : { path });
  await once(server, 'listening');
  const to = path === '' ? { port: (server.address() as AddressInfo).port, host: '127.0.0.1' } : { path };
  const client = connect(to).pause();
  client.on('error', () => {});
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  const [accepted] = (await once(server, 'connection')) as [Socket];
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  return { client, accepted };
}

const sendLarge: RequestListener = (_request, response) => response.end(LARGE);

it.each(['TCP', 'a unix socket'])(
  'closes the connection of a peer that takes nothing of an answer, by %s',
  async (way) => {
    const path = join(tmpdir(), `picoclaw-${randomUUID()}.sock`);
    const { client, accepted } = await asked(sendLarge, {}, way === 'TCP' ? {} : { path });
    await once(accepted, 'close');
    expect(accepted.writableLength).toBe(0);
    // Not `once` of node:events, to which the reset would matter: Node 24 tells of it.
    const closed = new Promise((resolve) => client.once('close', resolve));
    client.resume();
    await closed;
    expect(client.bytesRead).toBeLessThan(LARGE.length);
  },
);

it('leaves one alone that takes a little again and again, however long that takes', async () => {
  // The kernel tells of room only after a megabyte, which a busy machine takes its time for.
  const lookEveryMs = 500;
  const { client, accepted } = await asked(sendLarge, {}, { lookEveryMs });
  const startedAt = performance.now();
  client.on('data', () => {
    client.pause();
    setTimeout(() => client.resume(), 5);
  });
  client.resume();
  await once(accepted, 'drain');
  expect(performance.now() - startedAt).toBeGreaterThan(4 * lookEveryMs);
  client.removeAllListeners('data').resume();
  await expect.poll(() => client.bytesRead).toBeGreaterThan(LARGE.length);
});

it('leaves one alone whose answer is long in the making', async () => {
  const { client } = await asked(async (_request, response) => {
    await wait(6 * LOOK_EVERY_MS);
    response.end('at last');
  });
  const [answer] = await once(client.resume(), 'data');
  expect(String(answer)).toContain('at last');
});

it('leaves an idle connection open until its time for the next request is over', async () => {
  const keepAliveTimeout = 6 * LOOK_EVERY_MS;
  const { client } = await asked((_request, response) => response.end('done'), { keepAliveTimeout });
  await once(client.resume(), 'data');
  const answeredAt = performance.now();
  await once(client, 'close');
  expect(performance.now() - answeredAt).toBeGreaterThan(keepAliveTimeout - LOOK_EVERY_MS);
});
