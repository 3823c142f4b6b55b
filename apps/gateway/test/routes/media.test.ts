import { once } from 'node:events';
import { readdirSync, rmSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { shedSlowReaders } from '@picoclaw/server';
import fastify from 'fastify';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Agent, AgentRequest } from '../../src/agents/agent.ts';
import { mediaRoute } from '../../src/routes/media.ts';
import { dataUrl, GIF, PNG } from '../support/images.ts';
import { CHANNEL_TOKEN, framesUntil, ofType, openSocket, startTestGateway } from '../support/test-gateway.ts';

type Gateway = Awaited<ReturnType<typeof startTestGateway>>;
const authorization = `Bearer ${CHANNEL_TOKEN}`;
/** Of one connection or moment. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'date'];
const BIG = Buffer.concat([PNG, Buffer.alloc(300_000, 7)]);

let gateway: Gateway;
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`http://127.0.0.1:${gateway.port}${path}`, { method, headers: { authorization, ...headers } });

beforeEach(async () => {
  gateway = await startTestGateway();
  onTestFinished(() => gateway.app.close());
});

describe('a stored file', () => {
  it('is an image that may be shown, and that nothing can run in', async () => {
    const { url } = await gateway.parts.media.put(PNG);
    const reply = await get(url);
    expect(Buffer.from(await reply.arrayBuffer())).toEqual(PNG);
    expect([reply.status, Object.fromEntries(reply.headers)]).toMatchObject([
      200,
      {
        'content-type': 'image/png',
        'content-disposition': 'inline',
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
        'accept-ranges': 'bytes',
        'cache-control': 'private, max-age=31536000, immutable',
      },
    ]);
  });

  it('is downloaded when it is anything else', async () => {
    const { url, id } = await gateway.parts.media.put(Buffer.from('<script>alert(1)</script>'));
    const { headers } = await get(url);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${id}"`);
    expect(headers.get('content-type')).toBe('application/octet-stream');
  });

  it.each([
    ['Übersicht (1).csv', 'a,b', 'text/csv', "attachment; …; filename*=UTF-8''%C3%9Cbersicht%20%281%29.csv", true],
    ['"; filename="x.html', 'a', undefined, "attachment; …; filename*=UTF-8''%22%3B%20filename%3D%22x.html", false],
    ['photo.png', PNG, undefined, "inline; …; filename*=UTF-8''photo.png", false],
  ])('is called %s as its sender called it', async (filename, content, contentType, disposition, isText) => {
    const { url, id } = await gateway.parts.media.put(Buffer.from(content), { filename, contentType });
    const { headers } = await get(url);
    expect(headers.get('content-disposition')).toBe(disposition.replace('…', `filename="${id}"`));
    expect(headers.get('content-type')?.endsWith('; charset=utf-8')).toBe(isText);
  });

  it.each([
    ['bytes=0-3', 206, 0, 4],
    ['bytes=100-', 206, 100, BIG.length],
    ['bytes=-5', 206, BIG.length - 5, BIG.length],
    ['bytes=0-999999999', 206, 0, BIG.length],
    ['lines=0-3', 200, 0, BIG.length],
    ['bytes=0-3,10-20', 200, 0, BIG.length],
  ])('answers Range: %s with %i', async (range, status, start, end) => {
    const { url } = await gateway.parts.media.put(BIG);
    const reply = await get(url, { range });
    expect(reply.status).toBe(status);
    expect(Buffer.from(await reply.arrayBuffer())).toEqual(BIG.subarray(start, end));
    if (status === 206) expect(reply.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${BIG.length}`);
  });

  it('says how long it is when a range is beyond its end', async () => {
    const { url } = await gateway.parts.media.put(PNG);
    const reply = await get(url, { range: 'bytes=9999-' });
    expect([reply.status, reply.headers.get('content-range')]).toEqual([416, `bytes */${PNG.length}`]);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(await reply.json()).toMatchObject({ error: 'range_not_satisfiable' });
  });

  it('is not sent again to who has it, and whole to who has another one', async () => {
    const { url } = await gateway.parts.media.put(PNG);
    const etag = (await get(url)).headers.get('etag') ?? '';
    // fetch would add "no-cache", with which everything is sent again.
    const cached = request({ port: gateway.port, path: url, headers: { authorization, 'if-none-match': etag } }).end();
    const [reply] = await once(cached, 'response');
    expect(reply.resume().statusCode).toBe(304);
    expect((await get(url, { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206);
    expect((await get(url, { range: 'bytes=0-1', 'if-range': '"another"' })).status).toBe(200);
    const other = await get(url, { 'if-match': '"another"' });
    expect([other.status, await other.json()]).toMatchObject([412, { error: 'precondition_failed' }]);
  });

  it.each([{}, { range: 'bytes=2-9' }, { range: 'bytes=9999-' }])(
    'has the same headers for HEAD %j, and no body',
    async (how) => {
      const { url } = await gateway.parts.media.put(PNG);
      const [whole, head] = [await get(url, how), await get(url, how, 'HEAD')];
      const headersOf = ({ headers }: Response) => [...headers].filter(([name]) => !HOP_BY_HOP.includes(name));
      expect([head.status, headersOf(head), await head.text()]).toEqual([whole.status, headersOf(whole), '']);
    },
  );

  it('is not a link to another one', async () => {
    const { media } = gateway.parts;
    const { url, id } = await media.put(PNG);
    rmSync(join(media.folder, id));
    symlinkSync('/etc/passwd', join(media.folder, id));
    expect((await get(url)).status).toBe(404);
  });

  it('is not there under any other name, and nobody without the token learns that', async () => {
    const { url } = await gateway.parts.media.put(PNG);
    for (const path of ['/pico/media/AAAAAAAAAAAAAAAAAAAAAA.png', '/pico/media/..%2f..%2fx', '/pico/media/x']) {
      const reply = await get(path);
      expect([reply.status, await reply.json()]).toMatchObject([404, { error: 'media_not_found' }]);
      expect((await get(path, { authorization: 'Bearer wrong' })).status).toBe(401);
    }
    expect((await get(url, { authorization: 'Bearer wrong' })).status).toBe(401);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const reply = await get(url, {}, method);
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });

  /** Asks for a file on a socket of its own, which reads nothing by itself. */
  function asking(port: number, url: string) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET ${url} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n\r\n`);
    return socket;
  }
  const openDescriptors = () => readdirSync('/proc/self/fd').length;
  const HUGE = Buffer.concat([PNG, Buffer.alloc(16_000_000)]);

  it('costs no descriptor when its reader goes away, in the middle or at once', async () => {
    const { url } = await gateway.parts.media.put(HUGE);
    const before = openDescriptors();
    for (let times = 0; times < 20; times += 1) {
      const socket = asking(gateway.port, url);
      await once(socket, times % 2 === 0 ? 'data' : 'connect');
      if (times % 4 < 2) socket.resetAndDestroy();
      else socket.destroy();
    }
    await expect.poll(openDescriptors, { timeout: 5_000 }).toBeLessThanOrEqual(before + 1);
  });

  it('is not held open for a reader that stops reading', async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    await app.register(mediaRoute, gateway.parts);
    shedSlowReaders(app.server, 100);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { url } = await gateway.parts.media.put(HUGE);
    const before = openDescriptors();
    const socket = asking((app.server.address() as AddressInfo).port, url).pause();
    await once(socket, 'connect');
    // Not `once` of node:events, to which the reset would matter: Node 24 tells of it.
    const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
    // The client's own end is left, and nothing else; what others have left behind may go meanwhile.
    await expect.poll(openDescriptors, { timeout: 5_000 }).toBeLessThanOrEqual(before + 1);
    socket.resume();
    await closed;
    expect(socket.bytesRead).toBeLessThan(HUGE.length);
  });
});

describe('an image inside a message', () => {
  /** A gateway whose agent notes what it is asked. */
  async function aWatchedGateway() {
    const asked: AgentRequest[] = [];
    const agent: Agent = {
      modelName: undefined,
      async *answer(request) {
        asked.push(request);
        yield { kind: 'text', text: 'seen' };
      },
    };
    gateway = await startTestGateway({ agent });
    const { app, port } = gateway;
    onTestFinished(() => app.close());
    const socket = await openSocket(port, { path: '/pico/ws?session_id=pictures', headers: { authorization } });
    const send = (media: string[]) =>
      socket.send(JSON.stringify({ type: 'message.send', id: 'q', payload: { content: 'look', media } }));
    return { asked, socket, send };
  }

  it('is stored as a file, named in the history, and given to the agent now and with the past', async () => {
    const { asked, socket, send } = await aWatchedGateway();
    const answered = framesUntil(socket, ofType('typing.stop'));
    send([dataUrl(PNG), dataUrl(GIF, 'image/gif')]);
    await answered;
    const images = asked[0]?.images ?? [];
    expect(images.map(({ mediaType }) => mediaType)).toEqual(['image/png', 'image/gif']);
    expect(await images[1]?.load()).toEqual(GIF);
    const { messages } = await (await get('/pico/sessions/pictures')).json();
    expect(messages[0].media).toEqual([
      expect.stringMatching(/^\/pico\/media\/[\w-]{22}\.png$/),
      expect.stringMatching(/^\/pico\/media\/[\w-]{22}\.gif$/),
    ]);
    expect(Buffer.from(await (await get(messages[0].media[0])).arrayBuffer())).toEqual(PNG);

    const again = framesUntil(socket, ofType('typing.stop'));
    send([]);
    await again;
    expect(asked[1]?.history[0]?.images).toHaveLength(2);
  });

  it.each([
    ['is no image at all', [dataUrl(Buffer.from('no image'))], 'Image 1 is not one of'],
    ['is another file under that name', [dataUrl(PNG), dataUrl(Buffer.from('%PDF-1.7\n'))], 'Image 2 is not one of'],
    ['is one of too many', Array.from({ length: 17 }, () => dataUrl(PNG)), 'A message may have 16 images.'],
  ])('is refused when it %s, and the socket stays open', async (_what, media, message) => {
    const { asked, socket, send } = await aWatchedGateway();
    const refused = framesUntil(socket, ofType('error'));
    send(media);
    expect((await refused).at(-1)).toMatchObject({
      payload: { code: 'invalid_media', request_id: 'q', message: expect.stringContaining(message) },
    });
    expect(asked).toEqual([]);
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it('goes with its session', async () => {
    const { socket, send } = await aWatchedGateway();
    const answered = framesUntil(socket, ofType('typing.stop'));
    send([dataUrl(PNG)]);
    await answered;
    const closed = once(socket, 'close');
    const path = (await (await get('/pico/sessions/pictures')).json()).messages[0].media[0];
    expect((await get('/pico/sessions/pictures', {}, 'DELETE')).status).toBe(200);
    expect((await closed)[0]).toBe(1000);
    expect((await get(path)).status).toBe(404);
    expect((await get('/pico/sessions/pictures')).status).toBe(404);
  });
});
