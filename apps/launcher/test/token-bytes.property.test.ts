import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharedLauncher } from './build-test-launcher.ts';

/** Letters with two normal forms, one that folds to another, and one beyond 16 bits. */
const TOKEN = 'schlüssel-ſé-Å-鍵-🦀';
const shared = sharedLauncher({ config: { launcher_token: TOKEN } });

const around = fc.constantFrom('', ' ', '\t', '\n', '\r\n', '\u00a0', '\ufeff', '\u2028', '\0', '\u200b', '\u0085');
const inner = fc.oneof(
  ...[
    TOKEN,
    TOKEN.normalize('NFD'),
    TOKEN.normalize('NFKC'),
    TOKEN.toUpperCase(),
    TOKEN.toLowerCase(),
    TOKEN + TOKEN,
  ].map((text) => fc.constant(text)),
  ...[`${TOKEN}\0`, `${TOKEN}\0x`, `\0${TOKEN}`, TOKEN.replace('-', ' '), TOKEN.replace('🦀', '\ud83e')].map((text) =>
    fc.constant(text),
  ),
  fc.nat({ max: TOKEN.length }).map((at) => TOKEN.slice(0, at)),
  fc.nat({ max: TOKEN.length }).map((at) => `${TOKEN.slice(0, at)}x${TOKEN.slice(at)}`),
  fc.constantFrom(4_096, 8_000).map((length) => 'x'.repeat(length)),
  fc.string({ unit: 'binary' }),
);
const presented = fc.tuple(around, inner, around).map((parts) => parts.join(''));

test('a token opens when it is the very one after one trim, by whichever door; what is another one is a refusal', async () => {
  const { app } = shared();
  await fc.assert(
    fc.asyncProperty(presented, async (text) => {
      const isRight = text.trim() === TOKEN;
      const login = await app.inject({ method: 'POST', url: '/login', payload: { token: text } });
      const asForm = new URLSearchParams({ token: text });
      const form = await app.inject({
        ...{ method: 'POST', url: '/login', payload: asForm.toString() },
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      const link = await app.inject({ url: `/?${asForm}` });
      const isBlank = text.trim() === '';
      expect([text, login.statusCode]).toEqual([text, isRight ? 200 : isBlank ? 400 : 401]);
      for (const reply of [form, link]) {
        expect([text, reply.cookies.length === 1]).toEqual([text, isRight]);
        expect([303, 400]).toContain(reply.statusCode);
      }
    }),
    { numRuns: 80 },
  );
});

test('in a header it is the bytes of the line, and nothing is trimmed of the token itself', async () => {
  const { app } = shared();
  await fc.assert(
    fc.asyncProperty(presented, async (text) => {
      const wire = Buffer.from(text).toString('latin1');
      fc.pre(!/[^\t\x20-\x7e\x80-\xff]/.test(wire));
      const headers = { authorization: `Bearer ${wire}` };
      const reply = await app.inject({ url: '/api/system/version', headers });
      const isRight = text.replace(/^[ \t]+|[ \t]+$/g, '') === TOKEN;
      expect([text, reply.statusCode]).toEqual([text, isRight ? 200 : 401]);
    }),
    { numRuns: 120 },
  );
});
