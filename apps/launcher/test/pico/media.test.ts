import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { TOKEN } from '../build-test-launcher.ts';
import { aGateway } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';
import { readUntil } from '../fixtures/peers.ts';

const PATH = '/pico/media/AAAAAAAAAAAAAAAAAAAAAA.png';
const FILE = Buffer.from('0123456789');

/** As the gateway answers, in the parts that matter here. */
function serveFile({ headers, method }: IncomingMessage, response: ServerResponse): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  const part = FILE.subarray(Number(first ?? 0), Number(last ?? FILE.length - 1) + 1);
  response.writeHead(first === undefined ? 200 : 206, {
    'content-type': 'image/png',
    'content-length': part.length,
    'cache-control': 'private, max-age=31536000, immutable',
    etag: '"one"',
    'set-cookie': 'gateway=1',
    'x-powered-by': 'gateway',
    ...(first !== undefined && { 'content-range': `bytes ${first}-${last}/${FILE.length}` }),
  });
  response.end(method === 'HEAD' ? undefined : part);
}

async function signedIn(onRequest: (request: IncomingMessage, response: ServerResponse) => void = serveFile) {
  const launcher = await aRunningLauncher();
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile, onRequest });
  const get = (headers: Record<string, string> = {}, how: RequestInit = {}) =>
    fetch(`${launcher.origin}${PATH}`, {
      headers: { cookie: launcher.cookie, ...headers },
      redirect: 'manual',
      ...how,
    });
  return { launcher, gateway, get };
}

test('a file comes through under the session, and the gateway learns nothing of the browser’s credentials', async () => {
  const { launcher, gateway, get } = await signedIn();
  const reply = await get({
    cookie: `${launcher.cookie}; other=1`,
    'x-forwarded-for': '6.6.6.6',
    'x-custom': '1',
    'if-none-match': '"two"',
  });
  expect([reply.status, Buffer.from(await reply.arrayBuffer())]).toEqual([200, FILE]);
  // On a slow machine the launcher has meanwhile had it reload, for the token that is new to it.
  const seen = gateway.seen.find(({ url }) => url !== '/reload?wait=1');
  expect(seen?.url).toBe(PATH);
  expect(Object.fromEntries(seen?.headers ?? [])).toEqual({
    host: `127.0.0.1:${gateway.port}`,
    connection: 'close',
    authorization: `Bearer pico-${gateway.record.token.reveal()}.${launcher.channelToken()}`,
    accept: '*/*',
    'if-none-match': '"two"',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': `127.0.0.1:${launcher.port}`,
  });
  expect(JSON.stringify(seen)).not.toContain(TOKEN);
});

test('of the gateway’s headers only those of a file reach the browser, and no file is a page', async () => {
  const { get } = await signedIn((_request, response) => {
    response.writeHead(200, { 'content-type': 'image/svg+xml', 'set-cookie': 'gateway=1', 'x-powered-by': 'gateway' });
    response.end('<svg xmlns="http://www.w3.org/2000/svg"><script href="/pico/media/script"/></svg>');
  });
  const { headers } = await get();
  expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'; frame-ancestors 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect([headers.get('set-cookie'), headers.get('x-powered-by')]).toEqual([null, null]);
});

test.each([
  ['text/javascript', 'text/plain; charset=utf-8'],
  ['Application/X-JavaScript;charset=utf-8', 'text/plain; charset=utf-8'],
  ['text/ecmascript', 'text/plain; charset=utf-8'],
  ['text/jscript', 'text/plain; charset=utf-8'],
  ['text/css', 'text/plain; charset=utf-8'],
  ['text/csv', 'text/csv'],
  ['application/json', 'application/json'],
  ['image/svg+xml', 'image/svg+xml'],
])('a file that is said to be %s comes as %s: none is code of ours', async (said, expected) => {
  const { get } = await signedIn((_request, response) => response.writeHead(200, { 'content-type': said }).end('x'));
  expect((await get()).headers.get('content-type')).toBe(expected);
});

test('a part of a file is that part, to the byte, and HEAD is the whole of it without a body', async () => {
  const { get } = await signedIn();
  const part = await get({ range: 'bytes=2-5', 'if-range': '"one"' });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-5/10', '2345']);
  const head = await get({}, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
  expect(head.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
});

test('without a session, and after it, the gateway is not even asked', async () => {
  const { launcher, gateway, get } = await signedIn();
  const { cookie, origin } = launcher;
  const api = await get({ cookie: '' });
  expect([api.status, await api.json()]).toMatchObject([401, { error: 'unauthorized' }]);
  const page = await get({ cookie: '', accept: 'text/html' });
  expect([page.status, page.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
  const signOut = await fetch(`${origin}/logout`, { method: 'POST', headers: { cookie, origin } });
  expect(signOut.status).toBe(200);
  expect((await get()).status).toBe(401);
  expect((await get({}, { method: 'HEAD' })).status).toBe(401);
  expect(gateway.seen).toEqual([]);
});

test('a program may fetch a file with the launcher token', async () => {
  const { get } = await signedIn();
  expect(await (await get({ cookie: '', authorization: `Bearer ${TOKEN}` })).text()).toBe(String(FILE));
});

test('without a gateway it is a 503 that says when to try again, before and after there was one', async () => {
  const { gateway, get } = await signedIn();
  expect((await get()).status).toBe(200);
  await gateway.close();
  const reply = await get();
  expect([reply.status, reply.headers.get('retry-after'), reply.headers.get('cache-control')]).toEqual([
    503,
    '1',
    'no-store',
  ]);
  expect(await reply.json()).toMatchObject({ error: 'gateway_unavailable' });
});

test('what the gateway says about a file is passed on', async () => {
  const { get } = await signedIn((_request, response) => {
    response.writeHead(416, { 'content-type': 'application/json', 'content-range': 'bytes */10' });
    response.end('{"error":"range_not_satisfiable"}');
  });
  const reply = await get({ range: 'bytes=99-' });
  expect([reply.status, reply.headers.get('content-range')]).toEqual([416, 'bytes */10']);
  expect(await reply.json()).toEqual({ error: 'range_not_satisfiable' });
});

test.each([401, 403])(
  'a gateway that refuses the launcher’s own token by %i does not end a session',
  async (status) => {
    const { get } = await signedIn((_request, response) => response.writeHead(status).end('{"error":"unauthorized"}'));
    const reply = await get();
    expect([reply.status, await reply.json()]).toMatchObject([503, { error: 'gateway_unavailable' }]);
  },
);

test('a file that breaks off is not taken for the whole of it', async () => {
  const { get } = await signedIn((_request, response) => {
    response.writeHead(200, { 'content-length': 1_000_000 });
    response.write('the beginning', () => response.destroy());
  });
  await expect(get().then((reply) => reply.arrayBuffer())).rejects.toThrow();
});

test('a browser that goes away in the middle ends the fetch from the gateway', async () => {
  let abandoned: Promise<unknown> | undefined;
  const { launcher } = await signedIn((_request, response) => {
    abandoned = once(response, 'close');
    response.writeHead(200, { 'content-length': 100_000_000 });
    response.write('the beginning');
  });
  const socket = await launcher.open();
  socket.write(`GET ${PATH} HTTP/1.1\r\nHost: 127.0.0.1:${launcher.port}\r\nCookie: ${launcher.cookie}\r\n\r\n`);
  expect(await readUntil(socket, 'the beginning')).toContain('HTTP/1.1 200');
  socket.resetAndDestroy();
  await abandoned;
});

test.each(['POST', 'PUT', 'DELETE'])('%s is a 405, and the gateway is not asked', async (method) => {
  const { launcher, gateway, get } = await signedIn();
  expect((await get({ origin: launcher.origin }, { method })).status).toBe(405);
  expect(gateway.seen).toEqual([]);
});

test.each(['..%2f..%2fhealth', '%2e%2e', 'a/b', 'x%00'])('the id %s asks the gateway for nothing else', async (id) => {
  const { launcher, gateway } = await signedIn();
  const { cookie, origin } = launcher;
  await fetch(`${origin}/pico/media/${id}`, { headers: { cookie } });
  expect(gateway.seen.filter(({ url }) => !url.startsWith('/pico/media/'))).toEqual([]);
});
