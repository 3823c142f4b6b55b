import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange, handshake } from '../support/raw-http.ts';
import { CHANNEL_TOKEN, PID_TOKEN, startTestGateway } from '../support/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.app.close());

const request = (line: string, ...lines: string[]) =>
  [`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines, '\r\n'].join('\r\n');
const statusOf = async (bytes: string) => Number((await exchange(gateway.port, bytes)).split(' ')[1]);
const channel = `Authorization: Bearer ${CHANNEL_TOKEN}`;

const WAYS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `/${path}`,
  (path) => `/.${path}`,
  (path) => `/health/..${path}`,
  (path) => `/%2e%2e${path}`,
  (path) => `/%2f${path}`,
  (path) => path.replace(/\/(\w)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
  (path) => path.replace(/(\w)\//, '$1%2f'),
  (path) => path.toUpperCase(),
  (path) => `${path};.css`,
  (path) => `${path}.css`,
  (path) => `${path}%00`,
  (path) => `${path}%20`,
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `${path}?next=/health`,
  (path) => `${path}#/health`,
  (path) => `http://localhost${path}`,
  (path) => `http://evil.com${path}`,
  (path) => `\\${path}`,
];
const ROUTES = [
  ['GET', '/pico/media/AAAAAAAAAAAAAAAAAAAAAA.png'],
  ['GET', '/pico/sessions'],
  ['GET', '/pico/sessions/x'],
  ['DELETE', '/pico/sessions/x'],
  ['POST', '/reload'],
] as const;

describe('a path', () => {
  it.each(ROUTES)('of %s %s, however it is written, says nothing to who has no token', async (method, path) => {
    expect(await statusOf(request(`${method} ${path}`))).toBe(401);
    for (const way of WAYS) {
      const target = way(path);
      expect([target, await statusOf(request(`${method} ${target}`))]).toEqual([
        target,
        expect.toSatisfy((status) => [400, 401, 404, 405].includes(status)),
      ]);
    }
  });

  it.each(['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Uri', 'X-HTTP-Method-Override', 'X-Forwarded-For'])(
    'is not changed by %s',
    async (name) => {
      for (const value of ['/health', 'GET', '127.0.0.1']) {
        for (const [method, path] of ROUTES)
          expect(await statusOf(request(`${method} ${path}`, `${name}: ${value}`))).toBe(401);
        expect(await statusOf(handshake('/pico/ws', `${name}: ${value}`))).toBe(401);
        expect(await statusOf(handshake('/health', channel, `${name}: /pico/ws`))).toBe(404);
      }
    },
  );

  it('of an upgrade, however it is written, opens the channel to nobody without its token', async () => {
    for (const target of WAYS.map((way) => way('/pico/ws'))) {
      const status = await statusOf(handshake(target));
      expect([target, status]).toEqual([target, expect.toSatisfy((found) => [400, 401, 404].includes(found))]);
    }
  });

  it.each(['..%2f..%2fconfig.json', '..%5c..%5cconfig.json', '%2e%2e%2f.security.yml', 'x%00.png', '..', '.', '%252e'])(
    'of the file %s finds none outside',
    async (id) => {
      const reply = await exchange(gateway.port, request(`GET /pico/media/${id}`, channel));
      expect(reply).toMatch(/^HTTP\/1\.1 (400|404) /);
    },
  );

  it('with a token in it opens nothing where the query does not count', async () => {
    for (const token of [CHANNEL_TOKEN, PID_TOKEN])
      for (const [method, path] of ROUTES)
        for (const query of [`token=${token}`, `token=${token}&token=${token}`, `token[]=${token}`])
          expect(await statusOf(request(`${method} ${path}?${query}`))).toBe(401);
  });
});
