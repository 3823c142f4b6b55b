import { describe, expect, it } from 'vitest';
import {
  anyOf,
  apiKeyAuthenticator,
  bearerAuthenticator,
  type CredentialRequest,
  queryAuthenticator,
  Secret,
  subprotocolAuthenticator,
} from '../src/index.ts';

const accepts = (token: Secret) => token.equals('right');
const authenticate = anyOf(
  bearerAuthenticator(accepts),
  subprotocolAuthenticator(accepts),
  queryAuthenticator(accepts),
);

const request = (headers: CredentialRequest['headers'], url = '/'): CredentialRequest => ({ headers, url });

describe('anyOf', () => {
  it.each([
    [request({ authorization: 'Bearer right' }), 'bearer'],
    [request({ 'sec-websocket-protocol': 'token.wrong, token.right' }), 'subprotocol'],
    [request({}, '/?token=right'), 'query'],
  ])('accepts the right token by each method', async (given, method) => {
    expect(await authenticate(given)).toEqual({ ok: true, identity: { id: method, method } });
  });

  it.each([
    ['nothing presented', request({}), 'missing'],
    ['a bad bearer beside a good query', request({ authorization: 'Bearer wrong' }, '/?token=right'), 'invalid'],
    [
      'a malformed bearer beside a good subprotocol',
      request({ authorization: 'Basic x', 'sec-websocket-protocol': 'token.right' }),
      'malformed',
    ],
    [
      'a bad subprotocol beside a good query',
      request({ 'sec-websocket-protocol': 'token.wrong' }, '/?token=right'),
      'invalid',
    ],
    ['a doubled query token', request({}, '/?token=right&token=right'), 'malformed'],
  ])('refuses %s', async (_name, given, reason) => {
    expect(await authenticate(given)).toEqual({ ok: false, reason });
  });
});

describe('apiKeyAuthenticator', () => {
  const keys = new Map([
    ['phone', new Secret('key-1')],
    ['tablet', new Secret('key-2')],
  ]);
  const check = apiKeyAuthenticator(keys, { header: 'x-api-key' });

  it('names whose key it was', async () => {
    expect(await check(request({ 'x-api-key': ' key-2 ' }))).toEqual({
      ok: true,
      identity: { id: 'tablet', method: 'api-key' },
    });
  });

  it('refuses unknown, blank and absent keys', async () => {
    expect(await check(request({ 'x-api-key': 'key-3' }))).toEqual({ ok: false, reason: 'invalid' });
    expect(await check(request({ 'x-api-key': ' ' }))).toEqual({ ok: false, reason: 'malformed' });
    expect(await check(request({}))).toEqual({ ok: false, reason: 'missing' });
  });

  it('keeps its own copy of the keys', async () => {
    keys.delete('phone');
    expect((await check(request({ 'x-api-key': 'key-1' }))).ok).toBe(true);
  });
});

it.each(['', '  '])('nobody gets in under the name %j, whatever was presented', async (id) => {
  const headers = { authorization: 'Bearer right', 'sec-websocket-protocol': 'token.right', 'x-api-key': 'right' };
  const named = () => ({ id });
  const authenticators = [
    bearerAuthenticator(named),
    subprotocolAuthenticator(named),
    queryAuthenticator(named),
    apiKeyAuthenticator(new Map([[id, new Secret('right')]])),
  ];
  for (const authenticate of authenticators) {
    expect(await authenticate({ headers, url: '/?token=right' })).toEqual({ ok: false, reason: 'invalid' });
  }
});
