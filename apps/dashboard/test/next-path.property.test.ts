import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeNextPath } from '../src/next-path.ts';

const BASES = ['http://launcher.test:18800/', 'https://launcher.test/claw/'];

/** Pieces of which addresses of foreign places are made. */
const piece = fc.oneof(
  fc.constantFrom('/', '\\', '//', '.', '..', '%2e', '%2f', '%5c', '%09', '\t', '\n', '\r', '\0', '\u0085', '\u2028'),
  fc.constantFrom('http:', 'HTTPS://', 'javascript:', 'data:', 'evil.test', 'user@', '@', ':', '?', '#', 'login', 'x'),
  fc.constantFrom('\ud800', '\u3002', '\uff0f', '\u200b', '\ufeff', ' ', ';', 'claw', '[::1]', 'launcher.test:18800'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const anyTarget = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.array(piece, { maxLength: 8 }).map((parts) => `/${parts.join('')}`),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constant('/x/..//evil.test/'),
);

test('whatever text asks for a way after signing in, the browser stays on the origin that it is on', () => {
  fc.assert(
    fc.property(anyTarget, fc.constantFrom(...BASES), (next, base) => {
      const path = safeNextPath(next, base);
      expect(path).toMatch(/^\/(?![/\\])/);
      for (const page of ['login', 'setup', 'login?next=/a#b']) {
        const place = new URL(path, new URL(page, base));
        expect([next, place.origin]).toEqual([next, new URL(base).origin]);
        expect(['login', 'setup'].map((one) => new URL(one, base).href)).not.toContain(place.href);
      }
    }),
    { numRuns: 1_000 },
  );
});
