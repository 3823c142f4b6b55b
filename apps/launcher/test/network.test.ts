import { expect, test } from 'vitest';
import { aLauncher, TOKEN } from './build-test-launcher.ts';

const ALLOWED = ['192.0.2.0/24', '2001:db8::/32'];

test.each([
  ['192.0.2.77', {}, 200],
  ['::ffff:192.0.2.77', {}, 200],
  ['2001:db8:ffff::1', {}, 200],
  ['198.51.100.1', {}, 403],
  ['2001:db9::1', {}, 403],
  ['198.51.100.1', { 'x-forwarded-for': '192.0.2.77' }, 403],
  ['127.0.0.1', {}, 200],
  ['::1', {}, 200],
  ['127.0.0.1', { 'x-forwarded-for': '192.0.2.77' }, 403],
  ['10.0.0.1', { 'x-forwarded-for': '192.0.2.77' }, 200],
  ['10.0.0.1', { 'x-forwarded-for': '192.0.2.77:50001' }, 200],
  ['10.0.0.1', { 'x-forwarded-for': '198.51.100.1' }, 403],
  ['10.0.0.1', { 'x-forwarded-for': '192.0.2.77, 198.51.100.1' }, 403],
  ['10.0.0.1', { 'x-forwarded-for': 'unknown' }, 403],
  ['10.0.0.1', {}, 403],
])('with allowed_cidrs a request from %s with %j gets %i', async (remoteAddress, headers, statusCode) => {
  const config = { allowed_cidrs: ALLOWED, trusted_proxy_cidrs: ['10.0.0.0/8'] };
  const { app } = await aLauncher({ config });
  const reply = await app.inject({ url: '/health', remoteAddress, headers });
  expect(reply.statusCode).toBe(statusCode);
});

test('nobody from elsewhere gets a cookie, an answer or a count, whatever they present', async () => {
  const { app } = await aLauncher({ config: { allowed_cidrs: ALLOWED } });
  const from = { remoteAddress: '198.51.100.1' };
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const replies = [
      await app.inject({ method: 'POST', url: '/login', payload: { token: TOKEN }, ...from }),
      await app.inject({ url: `/?token=${TOKEN}`, ...from }),
      await app.inject({ url: '/api/system/version', headers: { authorization: `Bearer ${TOKEN}` }, ...from }),
      await app.inject({ url: '/pico/ws', headers: { authorization: `Bearer ${TOKEN}` }, ...from }),
      await app.inject({ url: '/nothing', headers: { cookie: 'picoclaw_launcher_auth=x' }, ...from }),
      await app.inject({ url: '/login', ...from }),
    ];
    for (const reply of replies)
      expect([reply.statusCode, reply.json().error, reply.cookies]).toEqual([403, 'network_not_allowed', []]);
  }
});

test('without the bypass this machine needs to be listed as well', async () => {
  const { app } = await aLauncher({ config: { allowed_cidrs: ALLOWED, allow_localhost_bypass: false } });
  expect((await app.inject('/health')).statusCode).toBe(403);
});

test('without allowed_cidrs everybody may try', async () => {
  const { app } = await aLauncher();
  expect((await app.inject({ url: '/health', remoteAddress: '198.51.100.1' })).statusCode).toBe(200);
});
