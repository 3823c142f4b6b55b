import { createPicoSession } from '@picoclaw/client';
import { Subprotocol } from '@picoclaw/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { api } from '../support/api.ts';
import { freshHome } from '../support/home.ts';
import { type RunningLauncher, startLauncher } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const headers = { authorization: `Bearer ${TOKEN}` };

const aLauncher = () => startLauncher({ home: freshHome(), env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });

/** Says these messages in a session, one after the other, each when the one before has been answered. */
async function talk({ url }: RunningLauncher, sessionId: string, ...contents: (string | { media: string[] })[]) {
  const session = createPicoSession({
    ...{ url: `${url.replace('http', 'ws')}/pico/ws`, token: TOKEN, tokenIn: 'header', sessionId },
    ...{ webSocket: WebSocket, subprotocols: [Subprotocol.v2] },
  });
  onTestFinished(() => session.close());
  for (const [index, content] of contents.entries()) {
    session.send(typeof content === 'string' ? content : { content: '/echo a picture', ...content });
    await expect.poll(() => session.getSnapshot().messages, { timeout: 10_000 }).toHaveLength(2 * (index + 1));
    await expect.poll(() => session.getSnapshot().typing).toBe(false);
  }
  return session;
}

type Summary = { id: string; title: string; message_count: number };

it('lists the sessions, newest first, finds them, shows them page by page and removes them', async () => {
  const launcher = await aLauncher();
  const { get } = api(launcher.url, TOKEN);
  await talk(launcher, 'first', '/echo apples', '/echo pears', '/echo plums');
  await talk(launcher, 'second', '/echo oranges');
  const ids = async (query = '') =>
    ((await get(`/api/sessions${query}`)).body as unknown as Summary[]).map(({ id }) => id);
  expect((await get('/api/sessions')).body).toEqual([
    {
      ...{ id: 'second', title: '/echo oranges', preview: 'oranges', message_count: 2 },
      ...{ created: expect.any(String), updated: expect.any(String) },
    },
    expect.objectContaining({ id: 'first', title: '/echo apples', preview: 'plums', message_count: 6 }),
  ]);
  expect([await ids('?offset=1'), await ids('?limit=1'), await ids('?search=PEARS')]).toEqual([
    ['first'],
    ['second'],
    ['first'],
  ]);

  const { body: last } = await get('/api/sessions/first?limit=2');
  expect(last['messages']).toMatchObject([{ content: '/echo plums' }, { role: 'assistant', content: 'plums' }]);
  const { body: before } = await get(`/api/sessions/first?limit=10&before=${last['before']}`);
  expect((before['messages'] as { content: string }[]).map(({ content }) => content)).toEqual([
    ...['/echo apples', 'apples', '/echo pears', 'pears'],
  ]);
  expect(before['before']).toBeNull();

  const remove = () => fetch(`${launcher.url}/api/sessions/first`, { method: 'DELETE', headers });
  expect((await remove()).status).toBe(200);
  expect([await ids(), (await get('/api/sessions/first')).body['error']]).toEqual([['second'], 'session_not_found']);
  expect((await remove()).status).toBe(404);
});

it('keeps it from whoever is not signed in, and says what is wrong with a question', async () => {
  const launcher = await aLauncher();
  await talk(launcher, 'mine', '/echo secret');
  for (const path of ['/api/sessions', '/api/sessions/mine', '/pico/media/AAAAAAAAAAAAAAAAAAAAAA.png']) {
    const reply = await fetch(`${launcher.url}${path}`, { redirect: 'manual' });
    expect([path, reply.status]).toEqual([path, 401]);
  }
  const { get } = api(launcher.url, TOKEN);
  expect((await get('/api/sessions?limit=lots')).body).toMatchObject({
    error: 'bad_request',
    message: expect.stringContaining('limit'),
  });
  await api(launcher.url, TOKEN).post('/api/gateway/stop');
  expect(await get('/api/sessions')).toMatchObject({ status: 503, body: { error: 'gateway_unavailable' } });
});

it('serves an image of a message through the launcher, whole and in part', async () => {
  const launcher = await aLauncher();
  await talk(launcher, 'pictures', { media: [`data:image/png;base64,${PNG}`] });
  const { body } = await api(launcher.url, TOKEN).get('/api/sessions/pictures');
  const [question] = body['messages'] as { media: string[] }[];
  const url = `${launcher.url}${question?.media[0]}`;
  const whole = await fetch(url, { headers });
  const bytes = Buffer.from(PNG, 'base64');
  expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'image/png']);
  expect(Buffer.from(await whole.arrayBuffer())).toEqual(bytes);
  const part = await fetch(url, { headers: { ...headers, range: 'bytes=1-3' } });
  expect([part.status, await part.text()]).toEqual([206, 'PNG']);
  expect(part.headers.get('content-range')).toBe(`bytes 1-3/${bytes.length}`);
  expect((await fetch(url, { method: 'HEAD', headers })).headers.get('content-length')).toBe(`${bytes.length}`);
  expect((await fetch(`${url}x`, { headers })).status).toBe(404);
});
