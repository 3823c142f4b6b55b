import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stripSecrets } from '../../src/service/strip-secrets.ts';
import { expandSpecifiers, quoteWithSpecifiers, quoteWord, splitWords } from '../../src/service/systemd-words.ts';
import { listOf, parseUnitFile } from '../../src/service/unit-file.ts';

/** What a word may be made of: quotes, escapes, specifiers, line breaks and every blank of Unicode. */
const piece = fc.oneof(
  fc.constantFrom('"', "'", '\\', '%', '%h', '%%', '$', '=', ';', '#', ' ', '\t', '\n', '\r', '\v', '\f', '\u0085'),
  fc.constantFrom(
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\\n',
    '\\x41',
    '\\u0041',
    '\\101',
    '\u0001',
    '\u007f',
    '[Service]',
    '\\\n',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const word = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('').replaceAll('\0', ''));

test('any words are read as they were written, on one line', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), fc.constantFrom(' ', '  ', '\t'), (words, blank) => {
      const line = words.map(quoteWord).join(blank);
      expect(line).not.toMatch(/[\n\r\v\f\u0085]/);
      expect(splitWords(line).map((one) => expandSpecifiers(one))).toEqual(words);
      expect(splitWords(words.map(quoteWithSpecifiers).join(blank))).toEqual(words);
    }),
    { numRuns: 700 },
  );
});

test('any text splits into words that can be written again and mean the same', () => {
  fc.assert(
    fc.property(fc.oneof(word, fc.string({ unit: 'binary' })), (text) => {
      const words = splitWords(text).filter((one) => !one.includes('\0'));
      expect(splitWords(words.map(quoteWithSpecifiers).join(' '))).toEqual(words);
    }),
    { numRuns: 700 },
  );
});

test('NUL, which no unit can hold, is refused', () => {
  fc.assert(
    fc.property(word, word, (before, after) => {
      expect(() => quoteWord(`${before}\0${after}`)).toThrow(RangeError);
    }),
    { numRuns: 50 },
  );
});

test('no bytes make the reader of unit files throw, and nothing that it reads has a line break in it', () => {
  const line = fc.oneof(
    word,
    fc.constantFrom('[Service]', 'Environment=', 'ExecStart=a \\', '[', ']', '=', '[]', '\\'),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), fc.constantFrom('\n', '\r\n'), (lines, ending) => {
      for (const { key, value } of parseUnitFile(lines.join(ending)).entries) {
        expect(key).not.toBe('');
        expect(value).not.toContain('\n');
      }
    }),
    { numRuns: 1_000 },
  );
});

test('what is left of a drop-in without its secrets says what it said, and nothing more', () => {
  const name = fc.stringMatching(/^X_[A-Z]{1,6}$/);
  const others = fc.array(fc.tuple(name, word), { minLength: 1, maxLength: 3 });
  const secret = fc.stringMatching(/^[a-z0-9]{16}$/);
  fc.assert(
    fc.property(others, secret, fc.nat(), (pairs, token, at) => {
      fc.pre(!JSON.stringify(pairs).includes(token));
      const plain = pairs.map(([one, value]) => `${one}=${value}`);
      const words = plain.toSpliced(at % (plain.length + 1), 0, `PICOCLAW_LAUNCHER_TOKEN=${token}`);
      // As systemd would print it: the escapes that it knows.
      const text = `[Service]\nEnvironment=${words.map(quoteWithSpecifiers).join(' ')}\nRestart=always\n`;
      const stripped = stripSecrets(text) ?? '';
      expect(stripped).not.toContain(token);
      const unit = parseUnitFile(stripped);
      expect(unit.entries.map(({ key }) => key)).toEqual(['Environment', 'Restart']);
      expect(listOf(unit, 'Service', 'Environment').flatMap(splitWords)).toEqual(plain);
    }),
    { numRuns: 500 },
  );
});
