import { expect, test } from 'vitest';
import { cookieOf, sharedLauncher, signIn, TOKEN } from './build-test-launcher.ts';

const BASE = '/pico-console';
const shared = sharedLauncher({ config: { base_path: `${BASE}/` } });
const html = { accept: 'text/html' };
const ask = (url: string, headers: Record<string, string> = {}) => shared().app.inject({ url, headers });
const placeOf = async (url: string, headers: Record<string, string> = html) => {
  const reply = await ask(url, headers);
  return [reply.statusCode, reply.headers.location];
};

test('the bare address and the path without its slash lead to the dashboard', async () => {
  expect(await placeOf('/')).toEqual([303, `${BASE}/`]);
  expect(await placeOf(BASE)).toEqual([303, `${BASE}/`]);
  expect(await placeOf('/?a=1')).toEqual([303, `${BASE}/`]);
});

test('a token on the bare address signs in for the base path, and goes', async () => {
  const reply = await ask(`/?token=${TOKEN}`, html);
  expect([reply.statusCode, reply.headers.location]).toEqual([303, '/']);
  expect(reply.cookies).toEqual([expect.objectContaining({ path: BASE })]);
  expect((await ask(`${BASE}/`, { cookie: cookieOf(reply) })).statusCode).toBe(200);
});

test('every redirect stays under the base path', async () => {
  expect(await placeOf(`${BASE}/`)).toEqual([303, `${BASE}/login?next=${encodeURIComponent(`${BASE}/`)}`]);
  expect(await placeOf(`${BASE}/chat?a=1`)).toEqual([
    303,
    `${BASE}/login?next=${encodeURIComponent(`${BASE}/chat?a=1`)}`,
  ]);
  expect(await placeOf(`${BASE}/chat?a=1&token=${TOKEN}`)).toEqual([303, `${BASE}/chat?a=1`]);
  expect(await placeOf(`${BASE}/chat?token=wrong`)).toEqual([303, `${BASE}/login?error=invalid_token`]);
  expect(await placeOf(`${BASE}/setup`)).toEqual([303, `${BASE}/login`]);
  const cookie = await signIn(shared());
  expect(await placeOf(`${BASE}/login`, { cookie })).toEqual([303, `${BASE}/`]);
  const form = await shared().app.inject({
    ...{ method: 'POST', url: `${BASE}/login`, payload: `token=${TOKEN}` },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect([form.statusCode, form.headers.location]).toEqual([303, `${BASE}/`]);
});

test('the page knows its base, and its files are there', async () => {
  const page = await ask(`${BASE}/login`, html);
  expect(page.body).toContain(`<base href="${BASE}/" />`);
  expect((await ask(`${BASE}/assets/index-abc.js`)).statusCode).toBe(200);
  expect((await ask('/assets/index-abc.js')).statusCode).toBe(404);
});

test.each(['/login', '/api/auth/status', '/api/system/version', '/pico/ws', '/pico-consoleX', '/pico-consoleX/login'])(
  'nothing of the launcher is at %s',
  async (url) => {
    const reply = await ask(url, { authorization: `Bearer ${TOKEN}` });
    expect([reply.statusCode, reply.json().error]).toEqual([404, 'not_found']);
  },
);

test('POST /login outside the base path is nothing', async () => {
  const reply = await shared().app.inject({ method: 'POST', url: '/login', payload: { token: TOKEN } });
  expect([reply.statusCode, reply.cookies]).toEqual([404, []]);
});

test('health is where both a proxy and a supervisor look', async () => {
  for (const url of ['/health', '/ready', `${BASE}/health`, `${BASE}/ready`])
    expect((await ask(url)).statusCode).toBe(200);
});

test('the API is not stored by caches there either', async () => {
  for (const url of [`${BASE}/api/auth/status`, `${BASE}/api/system/version`, `${BASE}/login`])
    expect((await ask(url)).headers['cache-control']).toBe('no-store');
});

test('a wrong method is told from a wrong path', async () => {
  const reply = await shared().app.inject({ method: 'DELETE', url: `${BASE}/login` });
  expect([reply.statusCode, reply.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
});
