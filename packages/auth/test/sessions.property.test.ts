import { createHmac, timingSafeEqual } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSessions, type SessionSigner } from '../src/index.ts';

const NOW = 1_700_000_000_000;
const WEEK_MS = 604_800_000;

/** As @fastify/cookie signs, whose real signer the launcher's test of this name has. */
const signerWith = (key: string): SessionSigner => {
  const macOf = (value: string) => createHmac('sha256', key).update(value).digest('base64').replace(/=/g, '');
  return {
    sign: (value) => `${value}.${macOf(value)}`,
    unsign(signed) {
      const at = signed.lastIndexOf('.');
      const value = signed.slice(0, at);
      const [expected, found] = [Buffer.from(macOf(value)), Buffer.from(signed.slice(at + 1))];
      const valid = expected.length === found.length && timingSafeEqual(expected, found);
      return { valid, value: valid ? value : null };
    },
  };
};
const signer = signerWith('key');
const sessionsAt = (now: number) => createSessions({ signer, now: () => now });

const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const time = fc.integer({ min: NOW - 2 * WEEK_MS, max: NOW + 2 * WEEK_MS });

test('a session comes out of its cookie as it went in, while it lasts', () => {
  fc.assert(
    fc.property(id, time, time, (sessionId, issuedAt, expiresAt) => {
      const sessions = sessionsAt(NOW);
      const session = { id: sessionId, issuedAt, expiresAt };
      const check = sessions.verify(sessions.reissue(session));
      const isLive = expiresAt > NOW && issuedAt <= NOW + 60_000;
      expect(sessions.isLive(session)).toBe(isLive);
      if (isLive) expect(check).toEqual({ state: 'valid', session });
      else expect(check).toEqual({ state: 'invalid', reason: expiresAt > NOW ? 'future' : 'expired' });
    }),
    { numRuns: 500 },
  );
});

/** Payloads that mean something else, or whose fields have slid into each other. */
const slid = fc.tuple(id, time, time).chain(([one, issuedAt, expiresAt]) => {
  const right = ['session1', one, String(issuedAt), String(expiresAt)];
  const digits = `${issuedAt}${expiresAt}`;
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.shuffledSubarray(right).map((parts) => parts.join('.')),
    fc
      .constantFrom('download1', 'session', 'session2', 'SESSION1', '')
      .map((purpose) => [purpose, ...right.slice(1)].join('.')),
    fc.nat({ max: 26 }).map((at) => ['session1', one, digits.slice(0, at), digits.slice(at)].join('.')),
    fc.nat({ max: 22 }).map((at) => ['session1', one.slice(0, at), `${one.slice(at)}${digits}`].join('.')),
    fc.constantFrom('.', ' ', '\n', '\0', '٣', '.x', '0').map((more) => right.join('.') + more),
    fc.constantFrom('.', ' ', '\n', '\0', 'x', '0').map((more) => more + right.join('.')),
    fc
      .constantFrom('-1', '+1700000000000', '1e13', '0x18bcfe56800', '１７０００００００００００')
      .map((text) => ['session1', one, text, String(expiresAt)].join('.')),
  );
});

test('a right signature on anything but a session is worth nothing', () => {
  const exact = /^session1\.[A-Za-z0-9_-]{22}\.[0-9]{13}\.[0-9]{13}$/;
  fc.assert(
    fc.property(slid, (payload) => {
      const check = sessionsAt(NOW).verify(signer.sign(payload));
      if (check.state === 'valid') expect(payload).toMatch(exact);
      else if (!exact.test(payload) || payload.endsWith('\n')) expect(check.reason).toBe('malformed');
    }),
    { numRuns: 800 },
  );
});

test('no change of a cookie leaves it valid: any byte, any cut, anything added, two of them in one', () => {
  const sessions = sessionsAt(NOW);
  const [{ value }, { value: other }] = [sessions.issue(), sessions.issue()];
  const at = fc.nat({ max: value.length - 1 });
  const character = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom(...value));
  const changed = fc.oneof(
    fc.tuple(at, character).map(([index, one]) => value.slice(0, index) + one + value.slice(index + 1)),
    fc.tuple(at, character).map(([index, one]) => value.slice(0, index) + one + value.slice(index)),
    at.map((index) => value.slice(0, index)),
    at.map((index) => value.slice(index)),
    at.map((index) => value.slice(0, index) + value.slice(index + 1)),
    at.map((index) => value.slice(0, index) + other.slice(index)),
    fc.constantFrom(value + value, `${value}.${other}`, `${value}\0`, ` ${value}`, value.toUpperCase(), `${value}=`),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(changed, (text) => {
      expect([text, sessions.verify(text).state]).toEqual([text, [value, other].includes(text) ? 'valid' : 'invalid']);
    }),
    { numRuns: 1_000 },
  );
});

test('a cookie of another key is worth nothing, whatever the keys are', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, another) => {
      fc.pre(one !== another);
      const { value } = createSessions({ signer: signerWith(one), now: () => NOW }).issue();
      const check = createSessions({ signer: signerWith(another), now: () => NOW }).verify(value);
      expect(check).toEqual({ state: 'invalid', reason: 'signature' });
    }),
    { numRuns: 200 },
  );
});
