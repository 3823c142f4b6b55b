import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildTestLauncher, type TestLauncher, TOKEN } from './build-test-launcher.ts';
import { pathOf, type Route, routesOf } from './fixtures/routes-of.ts';

/** Everything that answers strangers. Whoever adds a line here has thought about it. */
const PUBLIC = [
  'GET /health',
  'GET /ready',
  'GET /login',
  'GET /setup',
  'GET /favicon.svg',
  'GET /assets/*',
  'GET /api/auth/status',
  'POST /login',
  'POST /api/auth/login',
  'POST /launcher-login',
  'POST /logout',
  'POST /api/auth/logout',
  'POST /setup',
  'POST /api/auth/setup',
  'POST /launcher-setup',
];

let routes: readonly Route[] = [];
let launcher: TestLauncher | undefined;

beforeAll(async () => {
  const built = await routesOf(() => buildTestLauncher({ config: { login_attempts_per_minute: 100_000 } }));
  ({ routes, app: launcher } = built);
  await launcher.app.ready();
});
afterAll(() => launcher?.close());

const isPublic = ({ method, url }: Route) => PUBLIC.includes(`${method === 'HEAD' ? 'GET' : method} ${url}`);

const ask = async (route: Route, headers: Record<string, string> = {}) => {
  if (launcher === undefined) throw new Error('not built');
  return launcher.app.inject({ method: route.method as 'GET', url: pathOf(route.url), headers });
};

test('the list of public routes names only what exists', () => {
  expect(routes.length).toBeGreaterThan(80);
  const known = routes.map(({ method, url }) => `${method} ${url}`);
  for (const name of PUBLIC) expect(known).toContain(name);
});

test('every other route refuses who shows nothing, and who shows something wrong', async () => {
  const refused = new Set<string>();
  for (const route of routes.filter((each) => !isPublic(each))) {
    for (const headers of [{}, { cookie: 'picoclaw_launcher_auth=x' }, { authorization: 'Bearer wrong' }]) {
      const reply = await ask(route, headers);
      const name = `${route.method} ${route.url} ${JSON.stringify(headers)}`;
      const isLedToLogin = reply.statusCode === 303 && String(reply.headers.location).startsWith('/login?next=');
      const isRefused = isLedToLogin || [401, 403, 405].includes(reply.statusCode);
      expect([name, reply.statusCode, isRefused]).toEqual([name, reply.statusCode, true]);
      if (reply.statusCode !== 405) refused.add(`${route.method} ${route.url}`);
    }
  }
  // Else the test would also pass with a launcher that refuses everything by its method.
  for (const name of [
    'GET /*',
    'GET /api/gateway/status',
    'POST /api/gateway/start',
    'PUT /api/system/launcher-config',
  ])
    expect(refused).toContain(name);
});

test('the same routes are open to the launcher token', async () => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  for (const route of routes.filter(({ method, url }) => method === 'GET' && url.startsWith('/api/'))) {
    const { statusCode } = await ask(route, headers);
    expect([route.url, [401, 403].includes(statusCode)]).toEqual([route.url, false]);
  }
});

test('a path without any route refuses too', async () => {
  for (const url of ['/api/nothing', '/api', '/api/', '/pico/nothing', '/pico/', '/anything/else'])
    expect([url, (await ask({ method: 'GET', url })).statusCode]).toEqual([
      url,
      expect.toSatisfy((s) => s === 401 || s === 403 || s === 303),
    ]);
});
