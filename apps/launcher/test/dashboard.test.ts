import { expect, test } from 'vitest';
import { aLauncher, sharedLauncher, signIn } from './build-test-launcher.ts';

const shared = sharedLauncher();

test('every path of the app is its index', async () => {
  const headers = { cookie: await signIn(shared()) };
  for (const url of ['/', '/chat', '/deep/link?x=1', '/index.html', '/chat.html']) {
    const reply = await shared().app.inject({ url, headers });
    expect([url, reply.statusCode, reply.headers['content-type']]).toEqual([url, 200, 'text/html']);
    expect(reply.body).toContain('<title>PicoClaw</title>');
  }
});

test('who is not signed in gets a page that asks for less in advance, under the same base path', async () => {
  for (const basePath of ['', '/pico-console']) {
    const { app } = await aLauncher({
      config: { launcher_token: undefined, ...(basePath && { base_path: basePath }) },
    });
    for (const url of ['/login', '/setup']) {
      const reply = await app.inject({ url: basePath + url, headers: { accept: 'text/html' } });
      expect([url, reply.statusCode]).toEqual([url, 200]);
      expect(reply.body).toContain('asks for less');
      expect(reply.body).toContain(`<base href="${basePath}/"`);
    }
  }
  const signedIn = await shared().app.inject({ url: '/', headers: { cookie: await signIn(shared()) } });
  expect(signedIn.body).not.toContain('asks for less');
});

test('a file is sent compressed to who takes that, and tagged', async () => {
  const ask = (headers: Record<string, string>) => shared().app.inject({ url: '/assets/index-abc.js', headers });
  const plain = await ask({});
  expect(plain.headers).toMatchObject({ 'content-type': 'text/javascript', vary: 'accept-encoding' });
  expect(plain.headers).not.toHaveProperty('content-encoding');
  expect((await ask({ 'accept-encoding': 'gzip, br' })).headers['content-encoding']).toBe('br');
  for (const accepted of ['gzip', 'br;q=0', 'br; q=0.0, gzip', 'bread', 'identity'])
    expect((await ask({ 'accept-encoding': accepted })).headers).not.toHaveProperty('content-encoding');
  const again = await ask({ 'if-none-match': String(plain.headers.etag) });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});

test('a missing file is not the index, which a script tag would choke on', async () => {
  const reply = await shared().app.inject({ url: '/assets/gone.js', headers: { cookie: await signIn(shared()) } });
  expect([reply.statusCode, reply.json().error]).toEqual([404, 'not_found']);
});

test('a dashboard that was not built says so', async () => {
  const { app } = await aLauncher({ override: { dashboard: new Map() } });
  const reply = await app.inject({ url: '/login', headers: { accept: 'text/html' } });
  expect(reply.statusCode).toBe(404);
  expect(reply.body).toContain('npm run build');
});
