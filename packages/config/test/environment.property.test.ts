import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError, environmentVariables, readEnvironment } from '../src/index.ts';

const known = environmentVariables.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
const name = fc.oneof(
  fc.constantFrom(...known),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'HOME', 'USERPROFILE', 'PICOCLAW_', 'PICOCLAW_PORT', ''),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const value = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '1',
    '0',
    'true',
    'TRUE',
    'constructor',
    '__proto__',
    'tostring',
    '18800',
    '1e3',
    '-1',
    '::',
  ),
  fc.constantFrom('/nowhere', '/', '\0', 'a\nb', 'localhost,*', 'launcher', 'redis://x', '1'.repeat(400)),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

test('whatever the environment says, it is values or problems that name the variable and never show its value', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (pairs) => {
      const source = Object.fromEntries(pairs);
      try {
        const environment = readEnvironment({ source });
        const own = Object.hasOwn(source, 'toString') ? String(source['toString']).trim() : '';
        expect(environment.lookup('toString')).toBe(own || undefined);
        for (const one of environment.names) expect(Object.hasOwn(source, one)).toBe(true);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        for (const { path, message } of error.problems) {
          expect(known).toContain(path);
          expect(message).not.toMatch(/this (function|object|symbol)$/);
        }
      }
    }),
    { numRuns: 600 },
  );
});
