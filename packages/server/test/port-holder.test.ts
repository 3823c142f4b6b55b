import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { findListeners, findPortHolder } from '../src/index.ts';

async function listenOn(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

it.each(['127.0.0.1', '0.0.0.0', '::1', '::'])('tells that a port is listened on at %s, and by whom', async (host) => {
  const port = await listenOn(host);
  expect(findListeners(port)).toMatchObject([{ address: host, uid: process.getuid?.() }]);
  expect(findPortHolder(port)).toMatchObject({ pid: process.pid });
});

it('tells of nobody where nobody listens', async () => {
  expect(findListeners(1)).toEqual([]);
});
