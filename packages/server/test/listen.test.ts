import { createServer } from 'node:net';
import fastify from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { binding, findPortHolder } from '../src/index.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function buildApp() {
  const app = fastify();
  await app.register(binding);
  app.get('/', async () => 'here');
  closers.push(() => app.close());
  return app;
}

it('serves the same routes on every address, on one port', async () => {
  const app = await buildApp();
  const bound = await app.bind({ addresses: [{ host: '127.0.0.1' }, { host: '127.0.0.2' }], port: 0 });
  expect(new Set(bound.map(({ port }) => port)).size).toBe(1);
  for (const { address, port } of bound) {
    expect(await (await fetch(`http://${address}:${port}/`)).text()).toBe('here');
  }
  await app.close();
  for (const { address, port } of bound) await expect(fetch(`http://${address}:${port}/`)).rejects.toThrow();
});

it('skips an optional address that the machine does not have, and names one that is required', async () => {
  const app = await buildApp();
  const addresses = [{ host: '127.0.0.1' }, { host: '192.0.2.1', optional: true }];
  expect(await app.bind({ addresses, port: 0 })).toHaveLength(1);
  const other = await buildApp();
  await expect(other.bind({ addresses: [{ host: '192.0.2.1' }], port: 0 })).rejects.toMatchObject({
    code: 'EADDRNOTAVAIL',
    message: expect.stringContaining('192.0.2.1 is not an address of this machine'),
  });
});

it('says which process holds a port', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => holder.close(resolve)));
  const { port } = holder.address() as { port: number };
  const app = await buildApp();
  await expect(app.bind({ addresses: [{ host: '127.0.0.1' }], port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: expect.stringMatching(new RegExp(`port ${port} on 127.0.0.1 is in use by pid ${process.pid} \\(`)),
  });
  expect(findPortHolder(1)).toBeUndefined();
});
