import fc from 'fast-check';
import { expect, test } from 'vitest';
import { presentedCredentials } from '../src/index.ts';

/** As Node hands out a header: each byte of the line a character. */
const headerBytes = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }), fc.constant(0x09)), {
    maxLength: 40,
  })
  .map((bytes) => String.fromCharCode(...bytes));
const scheme = fc.constantFrom('Bearer ', 'bearer\t', 'BEARER  ', 'Basic ', 'Bearer', '', 'Bearer,', 'Bearer Bearer ');
const anyUrl = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.tuple(fc.webPath(), fc.string({ unit: 'binary' })).map(([path, query]) => `${path}?${query}`),
  fc.array(fc.string(), { maxLength: 4 }).map((values) => `/?${values.map((value) => `token=${value}`).join('&')}`),
);

test('whatever a request carries, reading its credentials answers and never throws', () => {
  fc.assert(
    fc.property(scheme, headerBytes, headerBytes, anyUrl, (prefix, token, protocols, url) => {
      const headers = { authorization: prefix + token, 'sec-websocket-protocol': protocols };
      const { bearer, subprotocol, query } = presentedCredentials({ headers, url });
      for (const presented of [bearer, query]) {
        if (presented.state === 'presented') expect(presented.token.reveal()).not.toBe('');
      }
      if (!/^bearer[ \t]/i.test(headers.authorization)) expect(bearer.state).toBe('malformed');
      for (const one of subprotocol) expect(protocols).toContain(one.reveal());
    }),
    { numRuns: 700 },
  );
});

test('a token arrives as it was sent, byte for byte, by header and by query', () => {
  const token = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\s\p{Cc}]/u.test(text));
  fc.assert(
    fc.property(token, (text) => {
      const wire = Buffer.from(text, 'utf8').toString('latin1');
      const { bearer, query } = presentedCredentials({
        headers: { authorization: `Bearer ${wire}` },
        url: `/?token=${encodeURIComponent(text)}`,
      });
      const [byHeader, byQuery] = [bearer, query].map((one) => (one.state === 'presented' ? one.token.reveal() : one));
      expect([byHeader, byQuery]).toEqual([text, text]);
    }),
    { numRuns: 500 },
  );
});

test('a second line of Authorization, however it is written, makes both worthless', () => {
  const name = fc.mixedCase(fc.constant('authorization'));
  fc.assert(
    fc.property(name, name, headerBytes, (first, second, other) => {
      const rawHeaders = [first, 'Bearer right', 'Host', 'a', second, other];
      expect(presentedCredentials({ headers: { authorization: 'Bearer right' }, rawHeaders }).bearer.state).toBe(
        'malformed',
      );
    }),
    { numRuns: 200 },
  );
});

test('a token in the query counts once or not at all', () => {
  const name = fc.constantFrom('token', 'tok%65n', '%74oken', 'Token', 'token[]', 'x');
  const pair = fc.tuple(name, fc.constantFrom('', 'a', '%20', '+', '%00', 'a'.repeat(5_000)));
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 4 }), (pairs) => {
      const { query } = presentedCredentials({ headers: {}, url: `/?${pairs.map((one) => one.join('=')).join('&')}` });
      const named = pairs.filter(([one]) => decodeURIComponent(one) === 'token');
      if (named.length === 0) expect(query.state).toBe('none');
      if (named.length > 1) expect(query.state).toBe('malformed');
    }),
    { numRuns: 500 },
  );
});
