import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildTestGateway, CHANNEL_TOKEN, PID_TOKEN } from '../support/test-gateway.ts';

interface Route {
  readonly method: string;
  readonly url: string;
}

const routes: Route[] = [];
let app: FastifyInstance | undefined;

const onInitialization = (message: unknown) => {
  const { fastify } = message as { fastify: FastifyInstance };
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) routes.push({ method: name, url });
  });
};

beforeAll(async () => {
  subscribe('fastify.initialization', onInitialization);
  ({ app } = await buildTestGateway());
  unsubscribe('fastify.initialization', onInitialization);
  await app.ready();
});
afterAll(() => app?.close());

const OF_THE_LAUNCHER = ['/reload', '/holders'];
const orders = () => routes.filter(({ method }) => !['GET', 'HEAD'].includes(method));

async function send({ method, url }: Route, payload: string | Buffer | undefined, type = 'application/json') {
  if (app === undefined) throw new Error('not built');
  const authorization = `Bearer ${OF_THE_LAUNCHER.includes(url) ? PID_TOKEN : CHANNEL_TOKEN}`;
  const headers = { authorization, ...(payload !== undefined && { 'content-type': type }) };
  const reply = await app.inject({
    ...{ method: method as 'POST', url: url.replace(':id', 'x').replace(/holders$/, '$&?holder=x'), headers },
    ...(payload !== undefined && { payload }),
  });
  return [`${method} ${url}`, reply.statusCode, reply.json().error];
}

test('the list of orders comes from the app itself', () => {
  const names = orders().map(({ method, url }) => `${method} ${url}`);
  for (const name of ['POST /reload', 'DELETE /holders', 'DELETE /pico/sessions/:id']) expect(names).toContain(name);
});

test.each<[string, string | Buffer]>([
  ['__proto__', '{"__proto__":{"admin":true}}'],
  ['constructor', '{"constructor":{"prototype":{"admin":true}}}'],
  ['an array', '[]'],
  ['a text', '"x"'],
  ['a number', '1'],
  ['null', 'null'],
  ['an unknown key', '{"no_such_key":1}'],
  ['a key twice', '{"a":1,"a":1}'],
  ['a byte order mark', '\ufeff{}'],
  ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ['arrays 8000 deep', '['.repeat(8_000) + ']'.repeat(8_000)],
  ['arrays 10,000 deep without an end', '['.repeat(10_000)],
  ['two values', '{}{}'],
  ['blanks', '   '],
])('no order takes a body with %s', async (_what, payload) => {
  for (const route of orders()) {
    expect(await send(route, payload)).toEqual([`${route.method} ${route.url}`, 400, 'bad_request']);
  }
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
});

test('no order takes more than 16 KiB, nor a body of another type', async () => {
  for (const route of orders()) {
    const name = `${route.method} ${route.url}`;
    expect(await send(route, '['.repeat(10_000) + ']'.repeat(10_000))).toEqual([name, 413, 'body_too_large']);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])
      expect(await send(route, 'a=1', type)).toEqual([name, 415, 'unsupported_media_type']);
  }
});

test('an order without a body, or with an empty one, is not refused for it', async () => {
  for (const route of orders()) {
    for (const payload of [undefined, '', '{}']) {
      const [, status] = await send(route, payload);
      expect([route, [200, 404, 409]]).toEqual([route, expect.arrayContaining([status])]);
    }
  }
});
