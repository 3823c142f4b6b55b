import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildTestLauncher, signIn, type TestLauncher, TOKEN } from './build-test-launcher.ts';
import { listen, type RawReply, sendRaw } from './raw-http.ts';

let launcher: TestLauncher;
let port = 0;
beforeAll(async () => {
  launcher = await buildTestLauncher({ config: { login_attempts_per_minute: 20 } });
  port = await listen(launcher.app);
});
afterAll(() => launcher.close());

const UPGRADE = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];

interface Shape {
  readonly method?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly host?: string;
}

function send(target: string, { method = 'GET', headers = [], body = '', host = 'localhost' }: Shape = {}) {
  const isUpgrade = headers.some((line) => line.startsWith('Upgrade'));
  const connection = `Connection: ${isUpgrade ? 'Upgrade' : 'close'}`;
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, connection, ...headers];
  if (body !== '') lines.push(`Content-Length: ${body.length}`);
  return sendRaw(port, `${lines.join('\r\n')}\r\n\r\n${body}`);
}

function expectSafe({ headers }: RawReply): void {
  expect(headers).toMatchObject({
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'content-security-policy': expect.stringMatching(/default-src 'none'/),
  });
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(headers['content-security-policy']).not.toMatch(/unsafe|\*/);
  expect(headers).not.toHaveProperty('x-powered-by');
  expect(headers).not.toHaveProperty('server');
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  expect(headers['content-type'] ?? '').not.toContain('text/plain');
}

const JSON_TYPE = 'Content-Type: application/json';
const CASES: readonly [string, number, string, Shape][] = [
  ['a page', 200, '/login', {}],
  ['a file', 200, '/assets/index-abc.js', {}],
  ['a missing file', 404, '/assets/nothing.js', {}],
  ['the health', 200, '/health', {}],
  ['an API answer', 200, '/api/auth/status', {}],
  ['a redirect', 303, '/', {}],
  ['a refusal', 401, '/api/system/version', {}],
  ['an API address that is not there', 404, '/api/nothing', { headers: [`Authorization: Bearer ${TOKEN}`] }],
  ['a wrong method', 405, '/login', { method: 'DELETE' }],
  ['a preflight', 405, '/login', { method: 'OPTIONS' }],
  ['a wrong login', 401, '/login', { method: 'POST', headers: [JSON_TYPE], body: '{"token":"wrong"}' }],
  ['a broken body', 400, '/login', { method: 'POST', headers: [JSON_TYPE], body: '{' }],
  ['a foreign type', 415, '/login', { method: 'POST', headers: ['Content-Type: text/plain'], body: 'x' }],
  ['a large body', 413, '/login', { method: 'POST', headers: [JSON_TYPE], body: 'x'.repeat(20_000) }],
  ['a cross-site request', 403, '/login', { method: 'POST', headers: ['Sec-Fetch-Site: cross-site'] }],
  ['a foreign Host', 421, '/', { host: 'evil.com' }],
  ['a malformed Host', 400, '/', { host: 'a b' }],
  ['a path that is not normal', 400, '/x/../y', {}],
  ['a path that cannot be decoded', 400, '/%zz', {}],
  ['no HTTP', 400, '/ HTTP/9.9\r\nx', {}],
  ['large headers', 431, '/', { headers: [`X-Large: ${'x'.repeat(20_000)}`] }],
  ['an upgrade where there is none', 400, '/login', { headers: UPGRADE }],
  ['a malformed upgrade', 426, '/pico/ws', { headers: ['Upgrade: websocket', 'Sec-WebSocket-Version: 8'] }],
  ['a refused upgrade', 403, '/pico/ws', { headers: UPGRADE }],
];

test.each(CASES)('%s (%i) comes with every security header', async (_what, statusCode, target, shape) => {
  const reply = await send(target, shape);
  expect(reply.statusCode).toBe(statusCode);
  expectSafe(reply);
});

test.each(CASES.filter(([, status]) => status >= 400))(
  '%s (%i) is an error as JSON for programs and a page for a browser that navigates',
  async (_what, statusCode, target, shape) => {
    const reply = await send(target, shape);
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(JSON.parse(reply.body)).toEqual({
      error: expect.stringMatching(/^[a-z_]+$/),
      message: expect.stringMatching(/^\S.*\.$/),
    });
    const isNavigation = shape.method === undefined && !shape.headers?.includes('Upgrade: websocket');
    // A reply to what never became a request knows nothing of its headers.
    const isRequest = statusCode !== 431 && !target.includes('9.9');
    if (!isNavigation || !isRequest) return;
    const page = await send(target, { ...shape, headers: [...(shape.headers ?? []), 'Accept: text/html'] });
    expect(page.statusCode).toBe(statusCode);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expectSafe(page);
  },
);

test('too many attempts say so with the same headers', async () => {
  let reply: RawReply | undefined;
  for (let attempt = 0; attempt < 21; attempt += 1) reply = await send('/?token=wrong');
  expect(reply?.statusCode).toBe(429);
  if (reply !== undefined) expectSafe(reply);
});

test('a page for people shows what a stranger wrote as text', async () => {
  const reply = await send('/', { host: '<script>', headers: ['Accept: text/html'] });
  expect(reply.statusCode).toBe(400);
  expect(reply.body).not.toContain('<script>');
});

test.each([
  ['localhost:18800', "'self' ws://localhost:18800 wss://localhost:18800"],
  ['192.168.1.5', "'self' ws://192.168.1.5 wss://192.168.1.5"],
  ['[::1]:18800', "'self'"],
  ['evil.com;script-src', "'self'"],
])('a page of %s may talk to %s alone', async (host, sources) => {
  const { headers } = await (await fresh()).app.inject({ url: '/login', headers: { host } });
  expect(/connect-src ([^;]*)/.exec(String(headers['content-security-policy']))?.[1]).toBe(sources);
});

test('pages, and pages alone, leave those who opened them without a hold on their window, where browsers take that', async () => {
  const policyOf = async (url: string, host: string) =>
    (await (await fresh()).app.inject({ url, headers: { host } })).headers['cross-origin-opener-policy'];
  for (const host of ['localhost:18800', '127.0.0.1', '[::1]:18800']) {
    expect(await Promise.all(['/', '/login', '/setup', '/deep/link'].map((url) => policyOf(url, host)))).toEqual(
      Array(4).fill('same-origin'),
    );
  }
  expect(await policyOf('/login', '192.168.1.5')).toBeUndefined();
  // A file in a sandbox could not be opened at all with it.
  expect(await policyOf('/pico/media/x', 'localhost')).toBeUndefined();
});

test('what belongs to a person is not stored by caches', async () => {
  const cookie = await signIn(await fresh());
  const app = (await fresh()).app;
  for (const url of ['/api/system/version', '/api/auth/status', '/api/gateway/status', '/api/nothing', '/login']) {
    const { headers } = await app.inject({ url, headers: { cookie } });
    expect([url, headers['cache-control']]).toEqual([url, 'no-store']);
  }
  const page = await app.inject({ url: '/', headers: { cookie } });
  expect(page.headers['cache-control']).toBe('no-cache');
  const file = await app.inject('/assets/index-abc.js');
  expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
});

/** The launcher of this file, whose budget the test above has spent for one address only. */
async function fresh(): Promise<TestLauncher> {
  freshLauncher ??= await buildTestLauncher();
  return freshLauncher;
}
let freshLauncher: TestLauncher | undefined;
afterAll(() => freshLauncher?.close());
