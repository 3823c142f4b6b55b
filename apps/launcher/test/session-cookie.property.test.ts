import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aLauncher, sharedLauncher, signIn, type TestLauncher } from './build-test-launcher.ts';

const NAME = 'picoclaw_launcher_auth';
const shared = sharedLauncher();

const isSignedIn = async ({ app }: TestLauncher, cookie: string) =>
  (await app.inject({ url: '/api/auth/status', headers: { cookie } })).json().authenticated as boolean;

/** What a header may hold; Node takes nothing else. */
const text = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xff })), { maxLength: 30 })
  .map((codes) => String.fromCharCode(...codes));
const name = fc.constantFrom(NAME, `__Host-${NAME}`, `__Secure-${NAME}`, NAME.toUpperCase(), 'other', '', '__proto__');
/** A cookie of somebody else, perhaps under our name; without the separator that would end it. */
const tossed = fc.tuple(name, text).map(([key, value]) => `${key}=${value.replaceAll(';', ',')}`);

test('among any other cookies, in any order and spelling, a valid one signs in and none else does', async () => {
  const valid = await signIn(shared());
  const separator = fc.constantFrom('; ', ';', ' ; ', ';;', ';\t');
  const arranged = fc.tuple(fc.array(tossed, { maxLength: 6 }), fc.boolean(), fc.nat(), separator);
  await fc.assert(
    fc.asyncProperty(arranged, async ([others, isThere, at, between]) => {
      const cookies = isThere ? others.toSpliced(at % (others.length + 1), 0, valid) : others;
      expect(await isSignedIn(shared(), cookies.join(between))).toBe(isThere);
    }),
    { numRuns: 200 },
  );
});

test('of a cookie that is changed anywhere, cut, doubled or mixed with another, nothing is accepted', async () => {
  const [first, second] = [await signIn(shared()), await signIn(shared())].map((cookie) =>
    decodeURIComponent(cookie.slice(NAME.length + 1)),
  );
  if (first === undefined || second === undefined) throw new Error('nobody is signed in');
  const at = fc.nat({ max: first.length - 1 });
  const character = fc.oneof(fc.constantFrom(...first), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));
  const changed = fc.oneof(
    fc.tuple(at, character).map(([index, one]) => first.slice(0, index) + one + first.slice(index + 1)),
    fc.tuple(at, character).map(([index, one]) => first.slice(0, index) + one + first.slice(index)),
    at.map((index) => first.slice(0, index)),
    at.map((index) => first.slice(0, index) + second.slice(index)),
    fc.constantFrom(first + second, `${first}.${second}`, `${first}=`, `${first}\0`, encodeURIComponent(first)),
  );
  await fc.assert(
    fc.asyncProperty(changed, async (value) => {
      const expected = value === first || value === second;
      expect([value, await isSignedIn(shared(), `${NAME}=${encodeURIComponent(value)}`)]).toEqual([value, expected]);
    }),
    { numRuns: 200 },
  );
});

test('what one launcher signed is nothing to another one', async () => {
  const other = await aLauncher();
  expect(await isSignedIn(other, await signIn(shared()))).toBe(false);
});
