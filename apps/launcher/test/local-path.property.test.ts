import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localPath } from '../src/access/origin.ts';
import { withoutToken } from '../src/access/token-link.ts';
import { sharedLauncher, signIn, TOKEN } from './build-test-launcher.ts';

const ORIGIN = 'https://launcher.example';

/** Pieces of which redirects to foreign places are made. */
const piece = fc.oneof(
  fc.constantFrom('/', '\\', '//', '.', '..', '%2e', '%2f', '%5c', '%09', '\t', '\n', '\r', '\0', '\u0085', '\u2028'),
  fc.constantFrom('http:', 'HTTPS://', 'javascript:', 'data:', 'evil.com', 'evil.com:80', 'user@', '@', ':', '?', '#'),
  fc.constantFrom('\ud800', '\u3002', '\uff0f', '\u2215', '\u200b', '\ufeff', ' ', ';', '&', 'next=', 'x', '[::1]'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const anyTarget = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.array(piece, { maxLength: 8 }).map((parts) => `/${parts.join('')}`),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.string({ unit: 'binary' }),
);

/** Where a browser goes that gets this as a Location, from any page of ours. */
const placesOf = (location: string) =>
  ['/', '/login', '/a/b/c?d#e', '/base/login'].map((from) => new URL(location, ORIGIN + from));

test('whatever text asks for a way, the way is one of our own origin', () => {
  fc.assert(
    fc.property(anyTarget, (text) => {
      const location = localPath(text);
      expect(location).toMatch(/^\/(?![/\\])[^\\\p{Cc}]*$/u);
      // Anything else than ASCII would be written to the header as something else.
      expect(location).toMatch(/^[\x21-\x7e]+$/);
      for (const place of placesOf(location)) expect([location, place.origin]).toEqual([location, ORIGIN]);
      expect(localPath(location)).toBe(location);
    }),
    { numRuns: 1_500 },
  );
});

test('a path of ours is kept, under a base path too', () => {
  const segment = fc.stringMatching(/^[\w~-]{1,8}$/);
  const path = fc.tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.webQueryParameters(), fc.webFragments());
  fc.assert(
    fc.property(path, ([segments, query, fragment]) => {
      const own = new URL(`/picoclaw/${segments.join('/')}?${query}#${fragment}`, ORIGIN);
      const kept = new URL(localPath(own.href.slice(ORIGIN.length)), ORIGIN);
      expect([kept.pathname, kept.search, kept.hash]).toEqual([own.pathname, own.search, own.hash]);
    }),
    { numRuns: 500 },
  );
});

test('an address loses its tokens, and nothing else of it', () => {
  const name = fc.constantFrom('token', '%74oken', 'token[]', 'token[0]', 'token%5B%5D', 'tokens', 'next', 'a', '');
  const pair = fc.tuple(name, fc.stringMatching(/^[\w%20+./~-]{0,8}$/)).map(([key, value]) => `${key}=${value}`);
  fc.assert(
    fc.property(fc.webPath(), fc.array(pair, { minLength: 1, maxLength: 6 }), (path, pairs) => {
      const stripped = withoutToken(`${path}?${pairs.join('&')}`);
      const [keptPath, query = ''] = stripped.split('?');
      const isToken = (one: string) => /^token(\[.*\])?$/.test(decodeURIComponent(one.split('=')[0] ?? ''));
      expect(keptPath).toBe(path === '' ? '' : path);
      expect(query === '' ? [] : query.split('&')).toEqual(pairs.filter((one) => !isToken(one)).filter(Boolean));
      expect(new URLSearchParams(query).has('token')).toBe(false);
    }),
    { numRuns: 1_000 },
  );
});

const shared = sharedLauncher({ config: { base_path: '/picoclaw' } });

test('every door that leads on keeps to the origin, whatever it is asked for', async () => {
  const { app } = shared();
  const cookie = await signIn(shared());
  await fc.assert(
    fc.asyncProperty(anyTarget, async (text) => {
      const query = `next=${encodeURIComponent(Buffer.from(text).toString())}`;
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const replies = await Promise.all([
        app.inject({ url: `/picoclaw/login?${query}`, headers: { cookie } }),
        app.inject({ method: 'POST', url: '/picoclaw/login', payload: `token=${TOKEN}&${query}`, headers: form }),
        app.inject({ url: `/picoclaw/chat?token=${TOKEN}&${query}` }),
        app.inject({ url: `/picoclaw/chat?token=wrong&${query}` }),
        app.inject({ url: `/picoclaw/chat?${query}`, headers: { accept: 'text/html' } }),
      ]);
      for (const { statusCode, headers } of replies) {
        expect(statusCode).toBe(303);
        for (const place of placesOf(String(headers.location))) expect(place.origin).toBe(ORIGIN);
      }
      const [, , link, wrong, page] = replies.map(({ headers }) => String(headers.location));
      for (const location of [link, wrong, page]) expect(location).toMatch(/^\/picoclaw\//);
    }),
    { numRuns: 100 },
  );
});
