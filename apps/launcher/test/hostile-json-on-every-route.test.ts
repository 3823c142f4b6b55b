import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildTestLauncher, type TestLauncher, TOKEN } from './build-test-launcher.ts';
import { pathOf, type Route, routesOf } from './fixtures/routes-of.ts';

let launcher: TestLauncher | undefined;
/** Everything that takes an order, from the running app: a new route is in the list before anybody thinks of it. */
let orders: readonly Route[] = [];

beforeAll(async () => {
  const built = await routesOf(() => buildTestLauncher({ config: { login_attempts_per_minute: 1_000_000 } }));
  launcher = built.app;
  // Those that only say 405 are added while nobody looks any more, with the methods that nobody has.
  const isOrder = ({ method }: Route) => ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method);
  const answers = built.routes.filter(isOrder).map(async (route) => ({ route, reply: await send(route, undefined) }));
  await launcher.app.ready();
  orders = (await Promise.all(answers)).filter(({ reply }) => reply.statusCode !== 405).map(({ route }) => route);
});
afterAll(() => launcher?.close());

function send({ method, url }: Route, payload: string | Buffer | undefined, type = 'application/json') {
  if (launcher === undefined) throw new Error('not built');
  const headers = { authorization: `Bearer ${TOKEN}`, ...(payload !== undefined && { 'content-type': type }) };
  return launcher.app.inject({
    ...{ method: method as 'POST', url: pathOf(url), headers },
    ...(payload !== undefined && { payload }),
  });
}

const BODY_CODES = ['invalid_body', 'body_too_large', 'unsupported_media_type'];

test('the list of orders has what everybody knows', () => {
  const known = orders.map(({ method, url }) => `${method} ${url}`);
  for (const name of [
    ...['POST /login', 'POST /logout', 'POST /setup', 'POST /api/auth/link', 'POST /api/gateway/start'],
    ...['POST /api/gateway/reload', 'POST /api/gateway/logs/clear', 'POST /api/pico/token', 'POST /api/pico/setup'],
    ...['PUT /api/models/default', 'PUT /api/system/launcher-config', 'PUT /api/system/gateway-config'],
    ...['DELETE /api/sessions/:id', 'POST /api/*', 'DELETE /api/*'],
  ])
    expect(known).toContain(name);
});

test.each<[string, string | Buffer]>([
  ['__proto__', '{"__proto__":{"admin":true}}'],
  ['__proto__ with an escape', '{"__pr\\u006fto__":{"admin":true}}'],
  ['__proto__ within', '{"a":[{"__proto__":null}]}'],
  ['constructor', '{"constructor":{"prototype":{"admin":true}}}'],
  ['a constructor that is a value', '{"constructor":1}'],
  ['toString', '{"toString":1,"valueOf":1,"hasOwnProperty":1,"toJSON":1,"then":1}'],
  ['an array', '[]'],
  ['an array of objects', '[{}]'],
  ['a text', '"x"'],
  ['an empty text', '""'],
  ['a number', '1'],
  ['true', 'true'],
  ['null', 'null'],
  ['an unknown key', '{"no_such_key":1}'],
  ['an empty key', '{"":1}'],
  ['a key twice', '{"token":"a","token":"a"}'],
  ['a key twice, once escaped', '{"token":"a","t\\u006fken":"a"}'],
  ['a key twice within', '{"a":{"b":1,"b":1}}'],
  ['a byte order mark', '\ufeff{}'],
  ['UTF-16', Buffer.from('{}', 'utf16le')],
  ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ['a surrogate in UTF-8', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
  ['arrays 8000 deep', '['.repeat(8_000) + ']'.repeat(8_000)],
  ['arrays 8000 deep in an object', `{"token":${'['.repeat(8_000)}${']'.repeat(8_000)}}`],
  ['objects 2500 deep', `${'{"a":'.repeat(2_500)}1${'}'.repeat(2_500)}`],
  ['arrays 10,000 deep without an end', '['.repeat(10_000)],
  ['two values', '{}{}'],
  ['a comment', '{/* */}'],
  ['a comma too many', '{"token":"a",}'],
  ['NaN', '{"token":NaN}'],
  ['blanks', '   '],
  ['NUL', '{}\0'],
])('no order takes a body with %s', async (_what, payload) => {
  for (const route of orders) {
    const reply = await send(route, payload);
    expect([route, reply.statusCode, reply.json().error]).toEqual([route, 400, 'invalid_body']);
    expect(reply.cookies).toEqual([]);
  }
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
});

test.each<[string, string]>([
  ['arrays 10,000 deep', '['.repeat(10_000) + ']'.repeat(10_000)],
  ['objects 10,000 deep', '{"a":'.repeat(10_000) + '}'.repeat(10_000)],
  ['more than 16 KiB', JSON.stringify({ token: 'x'.repeat(16_384) })],
])('no order takes %s', async (_what, payload) => {
  for (const route of orders) {
    const reply = await send(route, payload);
    expect([route, reply.statusCode, reply.json().error]).toEqual([route, 413, 'body_too_large']);
  }
});

test.each([
  'text/plain',
  'text/json',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/jsonp',
  'json',
  '',
])('no order takes a body of type %j', async (type) => {
  for (const route of orders) {
    const reply = await send(route, '{"token":"a"}', type);
    expect([route, reply.statusCode, reply.json().error]).toEqual([route, 415, 'unsupported_media_type']);
  }
});

test('a form is taken where people sign in, with what is known there, and nowhere else', async () => {
  for (const route of orders) {
    const isDoor = /login$/.test(route.url);
    const refusal = isDoor ? [400, 'invalid_body'] : [415, 'unsupported_media_type'];
    for (const payload of ['no_such_key=1', 'token[]=x', '{"token":"a"}=']) {
      const reply = await send(route, payload, 'application/x-www-form-urlencoded');
      expect([route, payload, reply.statusCode, reply.json().error]).toEqual([route, payload, ...refusal]);
    }
  }
});

test('no order is refused for its body when it has none, or an empty one where none is read', async () => {
  const READING = /login|setup|default|config/;
  for (const route of orders.filter(({ url }) => !READING.test(url) || url === '/api/pico/setup')) {
    for (const payload of [undefined, '', '{}', ' { } ']) {
      const { error } = (await send(route, payload)).json();
      expect([route, payload, BODY_CODES.includes(error)]).toEqual([route, payload, false]);
    }
  }
});
