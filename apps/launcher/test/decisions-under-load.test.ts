import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { aLauncher, signIn, TOKEN } from './build-test-launcher.ts';
import { upgradeRequest } from './fixtures/peers.ts';
import { listen, sendRaw } from './raw-http.ts';

const get = (target: string, ...lines: readonly string[]) =>
  [`GET ${target} HTTP/1.1`, 'Host: localhost', ...lines, '\r\n'].join('\r\n');

/** Sends all requests at once over one connection, which the last one ends; the status of each reply, in order. */
async function pipelined(port: number, requests: readonly string[]): Promise<number[]> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  let text = '';
  socket.on('data', (part) => {
    text += part;
  });
  socket.write([...requests, get('/nothing-more', 'Connection: close')].join(''));
  await once(socket, 'close');
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)).slice(0, -1);
}

test('every request is judged by itself: among hundreds at once, behind others on one connection, and without a gateway', async () => {
  const launcher = await aLauncher({ config: { login_attempts_per_minute: 100_000 } });
  const cookie = `Cookie: ${await signIn(launcher)}`;
  const bearer = `Authorization: Bearer ${TOKEN}`;
  const port = await listen(launcher.app);
  const CASES: readonly (readonly [string, number])[] = [
    [get('/api/system/version', bearer), 200],
    [get('/api/system/version'), 401],
    [get('/api/system/version', cookie), 200],
    [get('/api/system/version', cookie, 'Authorization: Bearer wrong'), 401],
    [get('/', cookie), 200],
    [get('/'), 303],
    [get('/%61pi/system/version?next=/login'), 401],
    [get('/api/system/version', 'X-Original-URL: /login', 'Cookie: picoclaw_launcher_auth=x'), 401],
    [get('//api/system/version', bearer), 400],
    [get('/pico/media/x', bearer), 503],
    [get('/pico/media/x'), 401],
    [get('/pico/ws', bearer), 426],
    [get('/pico/ws'), 403],
    [get('/pico/ws', cookie), 403],
    [get('/health'), 200],
  ];
  const turned = (by: number) => [...CASES.slice(by % CASES.length), ...CASES.slice(0, by % CASES.length)];
  const rounds = Array.from({ length: 40 }, async (_, round) => {
    const cases = turned(round * 7);
    const found = await pipelined(
      port,
      cases.map(([request]) => request),
    );
    expect(found).toEqual(cases.map(([, status]) => status));
  });
  const upgrades = Array.from({ length: 60 }, async (_, index) => {
    const own = { Authorization: `Bearer ${TOKEN}` };
    const [headers, status] = [
      [own, 503],
      [{}, 403],
      [{ ...own, Host: 'evil.com' }, 421],
    ][index % 3] as [object, number];
    const bytes = upgradeRequest('/pico/ws', { Host: 'localhost', ...headers }).toString('latin1');
    expect((await sendRaw(port, bytes)).statusCode).toBe(status);
  });
  await Promise.all([...rounds, ...upgrades]);
});
