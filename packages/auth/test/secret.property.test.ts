import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { composeToken, constantTimeEqual, parseComposedToken, Secret } from '../src/index.ts';

/** Any text that JavaScript can hold: NUL, halves of surrogate pairs, letters in two normal forms, 4 KiB and more. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('é', 'e\u0301', '\u212b', 'Å', 'token\0', '\0token', 'ſ', 's', '\ufeff', '\ufffd', '\ud800'),
  fc.tuple(fc.string(), fc.integer({ min: 4_000, max: 5_000 })).map(([text, length]) => `${text}x`.repeat(length)),
);
/** Texts that are nearly the same. */
const nearly = anyText.chain((text) =>
  fc.tuple(
    fc.constant(text),
    fc.oneof(
      ...[text, `${text} `, `${text}\0`, text.slice(1), text.slice(0, -1), text.toUpperCase()].map((one) =>
        fc.constant(one),
      ),
      ...[text.normalize('NFC'), text.normalize('NFD'), text.normalize('NFKC'), Buffer.from(text).toString()].map(
        (one) => fc.constant(one),
      ),
      anyText,
    ),
  ),
);

test('two tokens are equal when they are the same text to the last unit, and never otherwise', () => {
  fc.assert(
    fc.property(nearly, ([one, other]) => {
      expect(constantTimeEqual(one, other)).toBe(one === other);
      expect(new Secret(one).equals(new Secret(other))).toBe(one === other);
    }),
    { numRuns: 1_000 },
  );
});

test('no way of printing a secret shows it', () => {
  const token = fc.stringMatching(/^[a-z0-9]{12,40}$/);
  fc.assert(
    fc.property(token, (text) => {
      const secret = new Secret(text);
      const shown = [`${secret}`, JSON.stringify({ secret }), inspect({ deep: [secret] }, { showHidden: true })];
      for (const one of [...shown, String(secret), Object.keys(secret).join()]) expect(one).not.toContain(text);
    }),
    { numRuns: 200 },
  );
});

test('a composed token comes apart into what it was made of, and nothing else does', () => {
  const pidToken = fc.stringMatching(/^[0-9a-f]{32}$/);
  fc.assert(
    fc.property(pidToken, anyText, (pid, channel) => {
      const parts = parseComposedToken(composeToken(new Secret(pid), new Secret(channel)));
      expect([parts?.pidToken.reveal(), parts?.channelToken.reveal()]).toEqual(
        channel === '' ? [undefined, undefined] : [pid, channel],
      );
    }),
  );
  fc.assert(
    fc.property(anyText, (text) => {
      const parts = parseComposedToken(new Secret(text));
      if (parts !== undefined) expect(composeToken(parts.pidToken, parts.channelToken).reveal()).toBe(text);
    }),
  );
});
