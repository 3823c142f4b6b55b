import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PNG } from '../../apps/gateway/test/support/images.ts';
import { freshHome } from '../support/home.ts';
import { startLauncher, until } from '../support/processes.ts';
import { sendImage } from '../support/send-image.ts';
import { signIn } from '../support/sign-in.ts';

const TOKEN = 'launcher-token-for-tests';
const IMAGE = Buffer.concat([PNG, Buffer.alloc(300_000, 7)]);

it('serves the image of a message under the session alone, whole and in parts, also after a restart', async () => {
  const home = freshHome();
  const options = { home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } };
  const first = await startLauncher(options);
  const path = await sendImage(first.url, TOKEN, IMAGE);
  expect(path).toMatch(/^\/pico\/media\/[\w-]{22}\.png$/);
  await first.kill('SIGTERM');

  const { url } = await startLauncher(options);
  const cookie = await signIn(url, TOKEN);
  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${url}${path}`, { method, headers: { cookie, ...headers } });
  await until(async () => (await get()).status === 200);
  const whole = await get();
  expect(Buffer.from(await whole.arrayBuffer())).toEqual(IMAGE);
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': 'inline',
    'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none'/),
    'x-content-type-options': 'nosniff',
  });

  const etag = whole.headers.get('etag') ?? '';
  const part = await get({ range: 'bytes=100-299999', 'if-range': etag });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-299999/${IMAGE.length}`]);
  expect(Buffer.from(await part.arrayBuffer())).toEqual(IMAGE.subarray(100, 300_000));
  expect(await (await get({ range: 'bytes=999999-' })).json()).toMatchObject({ error: 'range_not_satisfiable' });
  const head = await get({}, 'HEAD');
  expect([head.status, head.headers.get('content-length')]).toEqual([200, `${IMAGE.length}`]);

  expect((await get({ cookie: '' })).status).toBe(401);
  const signOut = await fetch(`${url}/logout`, { method: 'POST', headers: { cookie, origin: url } });
  expect(signOut.status).toBe(200);
  expect((await get()).status).toBe(401);

  await fetch(`${url}/api/sessions/s`, { method: 'DELETE', headers: { authorization: `Bearer ${TOKEN}` } });
  expect((await get({ cookie: '', authorization: `Bearer ${TOKEN}` })).status).toBe(404);
  expect(readdirSync(join(home, 'media'))).toEqual([]);
});
