import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildTestLauncher, signIn, type TestLauncher, TOKEN } from './build-test-launcher.ts';
import { respelledPath } from './fixtures/respelled-path.ts';
import { pathOf, type Route, routesOf } from './fixtures/routes-of.ts';
import { listen, sendRaw } from './raw-http.ts';

let launcher: TestLauncher;
let port = 0;
/** Every route that a stranger is refused, as the app registered it, with the refusal of its plain spelling. */
let guarded: readonly { readonly route: Route; readonly path: string; readonly status: number }[] = [];

beforeAll(async () => {
  const built = await routesOf(() => buildTestLauncher({ config: { login_attempts_per_minute: 1_000_000 } }));
  launcher = built.app;
  port = await listen(launcher.app);
  const named = built.routes.filter(({ method }) => ['GET', 'POST', 'PUT', 'DELETE'].includes(method));
  const plain = await Promise.all(
    named.map(async (route) => {
      const path = pathOf(route.url);
      return { route, path, status: (await send(route.method, path)).statusCode };
    }),
  );
  guarded = plain.filter(({ path, status }) => /^\/(api|pico|metrics)/i.test(path) && [401, 403].includes(status));
});
afterAll(() => launcher.close());

const send = (method: string, target: string, headers: readonly string[] = []) =>
  sendRaw(port, [
    `${method} ${target} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    'Content-Length: 0',
    ...headers,
  ]);

test('what is guarded is what one would think', () => {
  const known = guarded.map(({ route }) => `${route.method} ${route.url}`);
  for (const name of ['GET /api/system/version', 'POST /api/gateway/start', 'GET /pico/ws', 'GET /metrics'])
    expect(known).toContain(name);
  expect(known.length).toBeGreaterThan(25);
});

/** One of them, in any spelling. */
const respelled = fc
  .nat()
  .map((index) => guarded[index % guarded.length] ?? { route: { method: 'GET', url: '' }, path: '/', status: 0 })
  .chain((one) => fc.tuple(fc.constant(one), respelledPath(one.path)));

test('no spelling of a guarded path opens it to a stranger: refused alike, malformed, unknown, or led to sign in', async () => {
  await fc.assert(
    fc.asyncProperty(respelled, async ([{ route, status }, target]) => {
      const reply = await send(route.method, target);
      const isLed = reply.statusCode === 303 && /^\/login\?(next=|error=)/.test(reply.headers['location'] ?? '');
      const isRefused = [status, 400, 401, 403, 404, 405].includes(reply.statusCode);
      expect([route.method, target, reply.statusCode, isLed || isRefused]).toEqual([
        ...[route.method, target, reply.statusCode, true],
      ]);
      expect(reply.headers).not.toHaveProperty('set-cookie');
    }),
    { numRuns: 250 },
  );
});

test('to who may, a spelling is the same address, or none: it never turns one order into another', async () => {
  const read = guarded.filter(({ route }) => route.method === 'GET' && !route.url.includes('events'));
  const cookie = await signIn(launcher);
  const one = fc
    .constantFrom(...read.filter(({ path }) => !/[xX]$|anything|\/ws|pico\/?$/.test(path)).map(({ path }) => path))
    .chain((path) => fc.tuple(fc.constant(path), respelledPath(path)));
  const plain = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(one, async ([path, target]) => {
      const expected = plain.get(path) ?? (await send('GET', path, [`Authorization: Bearer ${TOKEN}`])).statusCode;
      plain.set(path, expected);
      const reply = await send('GET', target, [`Cookie: ${cookie}`]);
      const isPage = reply.headers['content-type']?.startsWith('text/html') === true || reply.statusCode === 303;
      expect([target, reply.statusCode, isPage || [expected, 400, 404, 401].includes(reply.statusCode)]).toEqual([
        ...[target, reply.statusCode, true],
      ]);
    }),
    { numRuns: 120 },
  );
});
