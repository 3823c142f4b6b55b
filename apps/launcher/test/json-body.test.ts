import { expect, test } from 'vitest';
import { sharedLauncher, TOKEN } from './build-test-launcher.ts';

const shared = sharedLauncher();
const login = (payload: string | Buffer, type = 'application/json') =>
  shared().app.inject({ method: 'POST', url: '/login', payload, headers: { 'content-type': type } });

const good = JSON.stringify({ token: TOKEN });

test.each<[string, string | Buffer]>([
  ['__proto__', `{"token":"${TOKEN}","__proto__":{"a":1}}`],
  ['__proto__ alone', `{"__proto__":{"token":"${TOKEN}"}}`],
  ['__proto__ with an escape', `{"token":"${TOKEN}","__pr\\u006fto__":{}}`],
  ['constructor', `{"token":"${TOKEN}","constructor":{"prototype":{"a":1}}}`],
  ['a constructor that is a value', `{"token":"${TOKEN}","constructor":1}`],
  ['an array', `["${TOKEN}"]`],
  ['an array of objects', `[${good}]`],
  ['a text', `"${TOKEN}"`],
  ['a number', '1'],
  ['null', 'null'],
  ['a token that is a number', '{"token":1}'],
  ['a token that is null', '{"token":null}'],
  ['a token that is an array', `{"token":["${TOKEN}"]}`],
  ['a token that is an object', `{"token":{"value":"${TOKEN}"}}`],
  ['an unknown key', `{"token":"${TOKEN}","admin":true}`],
  ['an empty key', `{"token":"${TOKEN}","":1}`],
  ['a key of another case', `{"Token":"${TOKEN}"}`],
  ['a key twice', `{"token":"wrong","token":"${TOKEN}"}`],
  ['a key twice, once escaped', `{"t\\u006fken":"wrong","token":"${TOKEN}"}`],
  ['a byte order mark', `\ufeff${good}`],
  ['UTF-16', Buffer.from(good, 'utf16le')],
  ['broken UTF-8', Buffer.concat([Buffer.from('{"token":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])],
  ['overlong UTF-8', Buffer.concat([Buffer.from('{"token":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])],
  [
    'a surrogate in UTF-8',
    Buffer.concat([Buffer.from('{"token":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  ],
  ['deep arrays', '['.repeat(8_000) + ']'.repeat(8_000)],
  ['deep objects', `${'{"a":'.repeat(2_500)}1${'}'.repeat(2_500)}`],
  ['arrays without an end', '['.repeat(16_000)],
  ['two values', `${good}${good}`],
  ['a comment', `{/* */"token":"${TOKEN}"}`],
  ['a comma too many', `{"token":"${TOKEN}",}`],
  ['single quotes', `{'token':'${TOKEN}'}`],
  ['NaN', '{"token":NaN}'],
  ['a raw control character', `{"token":"${TOKEN}\n"}`],
  ['blanks', '   '],
])('a body with %s is 400', async (_what, payload) => {
  const reply = await login(payload);
  expect([reply.statusCode, reply.json().error]).toEqual([400, 'invalid_body']);
  expect(reply.cookies).toEqual([]);
  expect(({} as Record<string, unknown>)['a']).toBeUndefined();
});

test.each([
  ['blanks and line breaks', `\r\n {\t"token" :\n"${TOKEN}" } \n`],
  ['escapes', `{"t\\u006fken":"${TOKEN.replace('c', '\\u0063')}"}`],
  ['what looks like a key within a text', `{"token":"${TOKEN}","next":"/\\"token\\":1"}`],
])('a body with %s is fine', async (_what, payload) => {
  expect((await login(payload)).statusCode).toBe(200);
});

test.each(['application/json; charset=utf-8', 'application/json;charset=UTF-8', 'Application/JSON'])(
  '%s is JSON',
  async (type) => {
    expect((await login(good, type)).statusCode).toBe(200);
  },
);

test.each(['application/jsonp', 'application/json-patch+json', 'text/json', 'json', 'application/ld+json', ''])(
  '%j is not',
  async (type) => {
    expect((await login(good, type)).statusCode).toBe(415);
  },
);

test.each(['token=a&token=b', '__proto__=1&token=x&constructor=1', 'token[]=x', 'admin=1&token=x'])(
  'a form with %s is 400',
  async (payload) => {
    expect((await login(payload, 'application/x-www-form-urlencoded')).statusCode).toBe(400);
  },
);
