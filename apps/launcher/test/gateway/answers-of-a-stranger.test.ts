import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { TOKEN } from '../build-test-launcher.ts';
import { aGateway } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';
import { sendRaw } from '../raw-http.ts';

const MEBIBYTE = 1024 * 1024;
const headers = { authorization: `Bearer ${TOKEN}` };

async function launcherOf(onRequest: (request: IncomingMessage, response: ServerResponse) => void) {
  const launcher = await aRunningLauncher();
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile, onRequest });
  return { launcher, gateway };
}

test('an answer about sessions that never ends is given up, and not kept in memory', async () => {
  let sent = 0;
  const { launcher } = await launcherOf((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const piece = Buffer.alloc(MEBIBYTE, ' ');
    const send = () => {
      sent += 1;
      if (!response.destroyed) response.write(piece, send);
    };
    send();
  });
  const reply = await launcher.app.inject({ url: '/api/sessions', headers });
  expect([reply.statusCode, reply.json().error]).toEqual([502, 'bad_gateway']);
  expect(sent).toBeLessThan(500);
});

test('no token in the address of a request about sessions reaches the gateway', async () => {
  const { launcher, gateway } = await launcherOf((_request, response) => response.writeHead(200).end('[]'));
  for (const url of [
    `/api/sessions?offset=1&token=${TOKEN}`,
    `/api/sessions/x?tok%65n=${TOKEN}&limit=2`,
    `/api/sessions?token[]=${TOKEN}`,
  ])
    expect((await launcher.app.inject({ url, headers })).statusCode).toBe(200);
  const asked = gateway.seen.map(({ url }) => url).filter((url) => url.startsWith('/pico'));
  expect(asked).toEqual(['/pico/sessions?offset=1', '/pico/sessions/x?limit=2', '/pico/sessions']);
});

test('neither a cookie nor a redirect of the gateway reaches the browser, nor the browser’s cookie the gateway', async () => {
  const { launcher, gateway } = await launcherOf((request, response) => {
    const status = request.url?.includes('/moved') ? 302 : 200;
    response.writeHead(status, { 'set-cookie': 'picoclaw_launcher_auth=stolen', location: 'http://evil.example/' });
    response.end('[]');
  });
  const { cookie } = launcher;
  const [fine, moved] = await Promise.all(
    ['/api/sessions', '/api/sessions/moved'].map((url) => launcher.app.inject({ url, headers: { cookie } })),
  );
  expect([fine?.statusCode, moved?.statusCode]).toEqual([200, 503]);
  for (const reply of [fine, moved]) expect([reply?.cookies, reply?.headers.location]).toEqual([[], undefined]);
  expect(JSON.stringify(gateway.seen)).not.toMatch(/session1|cookie/);
});

test.each(['..', '.', '%2e%2e', '..%2freload', '%252e%252e%252freload', 'x%00', '..%5creload', 'a;b', '%3ftoken=x'])(
  'the session %s is one of that name or none, and never another address of the gateway',
  async (id) => {
    const { launcher, gateway } = await launcherOf((_request, response) => response.writeHead(200).end('[]'));
    const lines = ['Host: localhost', 'Connection: close', `Authorization: Bearer ${TOKEN}`];
    for (const method of ['GET', 'DELETE'])
      await sendRaw(launcher.port, [`${method} /api/sessions/${id} HTTP/1.1`, ...lines]);
    const asked = gateway.seen.map(({ url }) => url).filter((url) => url !== '/health' && url !== '/ready');
    for (const url of asked) expect(url).toMatch(/^\/pico\/sessions(?:\/[^/?]+)?$/);
  },
);
