import type { InjectOptions } from 'fastify';
import { expect, test } from 'vitest';
import { aFreshLauncher, aLauncher, signIn, type TestLauncher, TOKEN } from './build-test-launcher.ts';

const post = (url: string, payload: object, more: InjectOptions = {}): InjectOptions => ({
  ...{ method: 'POST', url, payload },
  ...more,
});
const wrongLogin = (more: InjectOptions = {}) => post('/login', { token: 'wrong' }, more);

const statusOf = async ({ app }: TestLauncher, request: InjectOptions | string) =>
  (await app.inject(request as InjectOptions)).statusCode;

async function spendBudget(launcher: TestLauncher, more: InjectOptions = {}): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt += 1) expect(await statusOf(launcher, wrongLogin(more))).toBe(401);
}

test('of 200 guesses at once ten are evaluated and 190 are told to wait', async () => {
  const launcher = await aLauncher();
  const replies = await Promise.all(Array.from({ length: 200 }, () => launcher.app.inject(wrongLogin())));
  const count = (status: number) => replies.filter(({ statusCode }) => statusCode === status).length;
  expect([count(401), count(429)]).toEqual([10, 190]);
  const [refused] = replies.filter(({ statusCode }) => statusCode === 429);
  expect(refused?.json().error).toBe('too_many_attempts');
  expect(Number(refused?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(Number(refused?.headers['retry-after'])).toBeLessThanOrEqual(60);
});

test('the right token is refused too once the budget is spent, at every door', async () => {
  const launcher = await aLauncher();
  await spendBudget(launcher);
  const reply = await launcher.app.inject(post('/login', { token: TOKEN }));
  expect([reply.statusCode, reply.cookies]).toEqual([429, []]);
  const bearer = { url: '/api/system/version', headers: { authorization: `Bearer ${TOKEN}` } };
  expect(await statusOf(launcher, bearer)).toBe(429);
  const link = await launcher.app.inject(`/?token=${TOKEN}`);
  expect([link.statusCode, link.cookies]).toEqual([429, []]);
});

test('successes count as well, or a right guess would be told from wrong ones by its place', async () => {
  const launcher = await aLauncher();
  for (let attempt = 0; attempt < 10; attempt += 1) await signIn(launcher);
  expect(await statusOf(launcher, post('/login', { token: TOKEN }))).toBe(429);
});

const DOORS: readonly [string, InjectOptions][] = [
  ['POST /login', wrongLogin()],
  ['POST /api/auth/login', post('/api/auth/login', { token: 'wrong' })],
  ['POST /launcher-login', post('/launcher-login', { password: 'wrong' })],
  ['POST /setup', post('/setup', { token: 'a-token-of-mine', confirm: 'a-token-of-mine', setup_token: 'wrong' })],
  ['GET /?token=', { url: '/?token=wrong' }],
  ['HEAD /?token=', { method: 'HEAD', url: '/?token=wrong' }],
  ['GET /login?token=', { url: '/login?token=wrong' }],
  ['GET /chat?token=', { url: '/chat?token=a&token=b' }],
  ['a Bearer', { url: '/api/system/version', headers: { authorization: 'Bearer wrong' } }],
  ['a HEAD with a Bearer', { method: 'HEAD', url: '/api/system/version', headers: { authorization: 'Bearer wrong' } }],
  ['a POST with a Bearer', { method: 'POST', url: '/api/gateway/stop', headers: { authorization: 'Bearer wrong' } }],
  ['a Bearer on a page', { url: '/', headers: { authorization: 'Bearer wrong' } }],
];

// Not from this machine, where a first run needs no token.
const STRANGER = { remoteAddress: '192.0.2.7' };

test.each(DOORS)('%s spends the one budget that all doors share', async (_name, request) => {
  const launcher = await aFreshLauncher();
  for (let attempt = 0; attempt < 10; attempt += 1)
    expect(await statusOf(launcher, { ...request, ...STRANGER })).not.toBe(429);
  for (const [, other] of DOORS) expect(await statusOf(launcher, { ...other, ...STRANGER })).toBe(429);
});

test('a request that holds no guess costs nothing', async () => {
  const launcher = await aLauncher();
  for (let attempt = 0; attempt < 30; attempt += 1) {
    expect(await statusOf(launcher, post('/login', { nonsense: true }))).toBe(400);
    expect(await statusOf(launcher, '/api/system/version')).toBe(401);
    expect(
      await statusOf(launcher, { url: '/api/system/version', headers: { authorization: `Bearer ${TOKEN}` } }),
    ).toBe(200);
  }
  expect(await statusOf(launcher, wrongLogin())).toBe(401);
});

test('a session is never affected, whatever others try from the same address', async () => {
  const launcher = await aLauncher();
  const headers = { cookie: await signIn(launcher) };
  for (let attempt = 0; attempt < 300; attempt += 1) await launcher.app.inject(wrongLogin());
  expect(await statusOf(launcher, { url: '/api/system/version', headers })).toBe(200);
  expect(await statusOf(launcher, { url: '/', headers })).toBe(200);
  const logout = post('/logout', {}, { headers: { ...headers, 'sec-fetch-site': 'same-origin' } });
  expect(await statusOf(launcher, logout)).toBe(200);
});

test('every client has a budget of its own', async () => {
  const launcher = await aLauncher();
  await spendBudget(launcher, { remoteAddress: '192.0.2.1' });
  expect(await statusOf(launcher, wrongLogin({ remoteAddress: '192.0.2.1' }))).toBe(429);
  expect(await statusOf(launcher, wrongLogin({ remoteAddress: '192.0.2.2' }))).toBe(401);
});

test('all addresses of an IPv6 /64 are one client, those of the next another', async () => {
  const launcher = await aLauncher();
  const at = (address: string) => statusOf(launcher, wrongLogin({ remoteAddress: address }));
  for (let attempt = 1; attempt <= 10; attempt += 1) expect(await at(`2001:db8:1:2::${attempt}`)).toBe(401);
  expect(await at('2001:db8:1:2:ffff:ffff:ffff:ffff')).toBe(429);
  expect(await at('2001:db8:1:3::1')).toBe(401);
});

test('an IPv4 client is the same one when a dual-stack socket shows it as IPv6', async () => {
  const launcher = await aLauncher();
  await spendBudget(launcher, { remoteAddress: '192.0.2.1' });
  expect(await statusOf(launcher, wrongLogin({ remoteAddress: '::ffff:192.0.2.1' }))).toBe(429);
});

test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'cf-connecting-ip'])(
  'a client that invents addresses in %s still has one budget',
  async (header) => {
    const launcher = await aLauncher();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const value = header === 'forwarded' ? `for=198.51.100.${attempt}` : `198.51.100.${attempt}`;
      statuses.push(await statusOf(launcher, wrongLogin({ headers: { [header]: value } })));
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(40);
  },
);

test('behind a trusted proxy each of 50 addresses has its own budget', async () => {
  const launcher = await aLauncher({ config: { trusted_proxy_cidrs: ['10.0.0.0/8'], login_attempts_per_minute: 5 } });
  const from = (client: string) =>
    statusOf(launcher, wrongLogin({ remoteAddress: '10.0.0.1', headers: { 'x-forwarded-for': client } }));
  for (let client = 1; client <= 50; client += 1) expect(await from(`198.51.100.${client}`)).toBe(401);
  // What stands to the left of the last untrusted address was written by the client.
  for (let attempt = 0; attempt < 4; attempt += 1) expect(await from(`203.0.113.${attempt}, 198.51.100.1`)).toBe(401);
  expect(await from('203.0.113.9, 198.51.100.1')).toBe(429);
  expect(await from('203.0.113.9, 198.51.100.1, 10.0.0.9')).toBe(429);
  expect(await from('198.51.100.1:40001')).toBe(429);
  expect(await from('198.51.100.2')).toBe(401);
});

test('texts that are no address share one budget', async () => {
  const launcher = await aLauncher({ config: { trusted_proxy_cidrs: ['10.0.0.0/8'] } });
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const headers = { 'x-forwarded-for': `unknown-${attempt}` };
    statuses.push(await statusOf(launcher, wrongLogin({ remoteAddress: '10.0.0.1', headers })));
  }
  expect(statuses.filter((status) => status === 429)).toHaveLength(10);
});

test('failures of very many clients together reach a ceiling that stops new guesses, but no session', async () => {
  const launcher = await aLauncher({ config: { login_attempts_per_minute: 2 } });
  const headers = { cookie: await signIn(launcher) };
  const at = (client: number) => statusOf(launcher, wrongLogin({ remoteAddress: `192.0.2.${client}` }));
  for (let client = 1; client <= 40; client += 1) expect(await at(client)).toBe(401);
  expect(await at(41)).toBe(429);
  expect(await statusOf(launcher, { url: '/api/system/version', headers })).toBe(200);
});

test('one client that goes on when it is blocked cannot spend what belongs to all', async () => {
  const launcher = await aLauncher({ config: { login_attempts_per_minute: 2 } });
  const stranger = { remoteAddress: '192.0.2.66' };
  const bearer = { url: '/api/system/version', headers: { authorization: 'Bearer wrong' }, ...stranger };
  for (let attempt = 0; attempt < 100; attempt += 1) {
    await launcher.app.inject(bearer);
    await launcher.app.inject(wrongLogin(stranger));
    await launcher.app.inject({ url: '/?token=wrong', ...stranger });
    await launcher.app.inject({ url: '/pico/ws', headers: { authorization: 'Bearer wrong' }, ...stranger });
  }
  expect(await statusOf(launcher, post('/login', { token: TOKEN }))).toBe(200);
});
