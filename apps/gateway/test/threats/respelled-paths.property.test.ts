import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exchange } from '../support/raw-http.ts';
import { startTestGateway } from '../support/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.app.close());

const GUARDED = [
  ['POST', '/reload'],
  ['GET', '/pico/sessions'],
  ['GET', '/pico/sessions/x'],
  ['DELETE', '/pico/sessions/x'],
  ['GET', '/pico/media/AAAAAAAAAAAAAAAAAAAAAA.png'],
] as const;

/** A character of a path, now and then encoded, in another case, or a slash that is more than one. */
const spelling = (character: string) => {
  const hex = character.charCodeAt(0).toString(16);
  const other = [`%${hex}`, `%${hex.toUpperCase()}`, `%25${hex}`, character.toUpperCase()];
  const slashes = ['//', '/./', '/x/../', '/%2e%2e/', '%2f', '\\', '/;/'];
  const odd = fc.constantFrom(...other, ...(character === '/' ? slashes : []));
  return fc.oneof({ weight: 8, arbitrary: fc.constant(character) }, { weight: 1, arbitrary: odd });
};
const respelled = fc
  .constantFrom(...GUARDED)
  .chain(([method, path]) =>
    fc.tuple(
      fc.constant(method),
      fc.constantFrom('', '', '', '/', '/health/..', 'http://a'),
      fc.tuple(...[...path].map(spelling)),
      fc.constantFrom('', '', '', '/', '//', '?token=', '%00', ';', '.css', '#', '?wait=1', '%'),
    ),
  );

test('no spelling of a path that a token guards is open without one', async () => {
  await fc.assert(
    fc.asyncProperty(respelled, async ([method, before, characters, after]) => {
      const target = `${before}${characters.join('')}${after}`;
      const request = [`${method} ${target} HTTP/1.1`, 'Host: a', 'Content-Length: 0', 'Connection: close', '', ''];
      const [line = ''] = (await exchange(gateway.port, request.join('\r\n'))).split('\r\n');
      expect([target, line]).toEqual([target, expect.stringMatching(/^HTTP\/1\.1 (400|401|404|405) /)]);
    }),
    { numRuns: 300 },
  );
});
