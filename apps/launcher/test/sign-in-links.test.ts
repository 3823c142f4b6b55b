import { Secret } from '@picoclaw/auth';
import { describe, expect, test } from 'vitest';
import { createSignInLinks } from '../src/access/sign-in-links.ts';
import { cookieOf, sharedLauncher, TOKEN } from './build-test-launcher.ts';

const shared = sharedLauncher();
const bearer = { authorization: `Bearer ${TOKEN}` };

async function aLink(): Promise<string> {
  const reply = await shared().app.inject({ method: 'POST', url: '/api/auth/link', headers: bearer });
  expect(reply.statusCode).toBe(200);
  expect(reply.headers['cache-control']).toBe('no-store');
  return reply.json().path;
}
const open = (url: string, method: 'GET' | 'HEAD' = 'GET') =>
  shared().app.inject({ method, url, headers: { accept: 'text/html' } });

describe('a sign-in link', () => {
  test('signs in once, and leaves nothing in the address bar', async () => {
    const link = await aLink();
    const reply = await open(link);
    expect([reply.statusCode, reply.headers.location]).toEqual([303, '/']);
    const status = await shared().app.inject({ url: '/api/auth/status', headers: { cookie: cookieOf(reply) } });
    expect(status.json().authenticated).toBe(true);
    const again = await open(link);
    expect(again.headers.location).toBe('/login?error=invalid_token');
    expect(again.cookies).toEqual([]);
  });

  test('is not used up by who only looks at it', async () => {
    const link = await aLink();
    expect((await open(link, 'HEAD')).cookies).toEqual([]);
    expect((await open(link)).headers.location).toBe('/');
  });

  test('opens nothing but pages', async () => {
    const [, token = ''] = (await aLink()).split('=');
    const asBearer = await shared().app.inject({
      url: '/api/system/version',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(asBearer.statusCode).toBe(401);
    expect((await shared().app.inject(`/api/system/version?token=${token}`)).statusCode).toBe(401);
  });

  test('is made for nobody who is not signed in', async () => {
    expect((await shared().app.inject({ method: 'POST', url: '/api/auth/link' })).statusCode).toBe(401);
  });
});

describe('the links of a process', () => {
  const launcherToken = { generation: 0 };

  test('live ten minutes', () => {
    let now = 0;
    const links = createSignInLinks(launcherToken, () => now);
    const [first, second] = [links.issue(), links.issue()];
    now = first.expiresAt - 1;
    expect(links.redeem(new Secret(first.token))).toBe(true);
    now = second.expiresAt;
    expect(links.redeem(new Secret(second.token))).toBe(false);
  });

  test('end with the launcher token that they were made under', () => {
    const token = { generation: 0 };
    const links = createSignInLinks(token);
    const link = links.issue();
    token.generation += 1;
    expect(links.redeem(new Secret(link.token))).toBe(false);
  });

  test('are twenty at most: the oldest goes', () => {
    const links = createSignInLinks(launcherToken);
    const made = Array.from({ length: 21 }, () => new Secret(links.issue().token));
    expect(made.map((token) => links.redeem(token))).toEqual([false, ...Array(20).fill(true)]);
  });
});
