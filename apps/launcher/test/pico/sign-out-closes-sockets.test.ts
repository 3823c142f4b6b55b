import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { signIn, TOKEN } from '../build-test-launcher.ts';
import { aGateway } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';

type Running = Awaited<ReturnType<typeof aRunningLauncher>>;

async function chat(launcher: Running, headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${launcher.port}/pico/ws`, { headers });
  socket.on('error', () => {});
  await once(socket, 'open');
  return socket;
}

async function echo(socket: WebSocket): Promise<string> {
  socket.send('hello');
  const [data] = await once(socket, 'message');
  return String(data);
}

async function twoPeople() {
  const launcher = await aRunningLauncher();
  await aGateway({ pidFile: launcher.paths.pidFile });
  const { origin, cookie } = launcher;
  const other = await signIn(launcher);
  const mine = await Promise.all([chat(launcher, { origin, cookie }), chat(launcher, { origin, cookie })]);
  const theirs = await chat(launcher, { origin, cookie: other });
  const program = await chat(launcher, { authorization: `Bearer ${TOKEN}` });
  const post = (url: string, payload?: object) =>
    launcher.app.inject({
      method: 'POST',
      url,
      headers: { cookie, origin, host: `127.0.0.1:${launcher.port}` },
      ...(payload && { payload }),
    });
  return { launcher, mine, theirs, program, post };
}

const closed = async (socket: WebSocket) => {
  const [code, reason] = await once(socket, 'close');
  return [code, String(reason)];
};

test('signing out closes the sockets of that session with 4001 within a second, and no others', async () => {
  const { mine, theirs, program, post, launcher } = await twoPeople();
  const ended = Promise.all(mine.map(closed));
  const startedAt = performance.now();
  expect((await post('/logout')).statusCode).toBe(200);
  expect(await ended).toEqual([
    [4001, 'session ended'],
    [4001, 'session ended'],
  ]);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(await echo(theirs)).toBe('echo hello');
  expect(await echo(program)).toBe('echo hello');
  const { cookie: Cookie, origin: Origin } = launcher;
  expect((await launcher.upgrade('/pico/ws', { Cookie, Origin })).status).toBe(403);
});

test('signing out everywhere closes the sockets of all sessions, not those of programs', async () => {
  const { mine, theirs, program, post } = await twoPeople();
  const ended = Promise.all([...mine, theirs].map(closed));
  expect((await post('/logout', { everywhere: true })).statusCode).toBe(200);
  expect((await ended).map(([code]) => code)).toEqual([4001, 4001, 4001]);
  expect(await echo(program)).toBe('echo hello');
});

test('another launcher token closes the sockets of all sessions but the one that set it', async () => {
  const { mine, theirs, post } = await twoPeople();
  const ended = closed(theirs);
  const token = 'another-good-token';
  const reply = await post('/setup', { current_token: TOKEN, token, confirm: token });
  expect(reply.statusCode).toBe(200);
  expect((await ended)[0]).toBe(4001);
  expect(await echo(mine[0])).toBe('echo hello');
});

test('who signs out while the gateway is being looked for gets no socket', async () => {
  let find: (() => void) | undefined;
  const asked = { port: 0 };
  const launcher = await aRunningLauncher({
    override: {
      findGateway: () =>
        new Promise((resolve) => {
          find = () =>
            resolve({
              state: 'running',
              host: '127.0.0.1',
              port: asked.port,
              token: gatewayToken(),
              isSecure: false,
              basePath: '',
              isOurs: true,
            });
        }),
    },
  });
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  const gatewayToken = () => gateway.record.token;
  asked.port = gateway.port;
  const { cookie: Cookie, origin: Origin, app, port } = launcher;
  const upgrading = launcher.upgrade('/pico/ws', { Cookie, Origin });
  await expect.poll(() => find).toBeTypeOf('function');
  const headers = { cookie: Cookie, origin: Origin, host: `127.0.0.1:${port}` };
  await app.inject({ method: 'POST', url: '/logout', headers });
  find?.();
  expect((await upgrading).status).toBe(403);
  expect(gateway.seen).toEqual([]);
});

test('a session that expires ends its sockets with it, and those of no other', async () => {
  const WEEK_MS = 7 * 86_400_000;
  const clock = { now: Date.now() };
  const launcher = await aRunningLauncher({ now: () => clock.now });
  await aGateway({ pidFile: launcher.paths.pidFile });
  const { cookie, origin } = launcher;
  // Long enough for a handshake on a machine that is busy.
  clock.now += WEEK_MS - 6_000;
  const later = await chat(launcher, { origin, cookie: await signIn(launcher) });
  const program = await chat(launcher, { authorization: `Bearer ${TOKEN}` });
  const mine = await chat(launcher, { origin, cookie });
  expect(await closed(mine)).toEqual([4001, 'session ended']);
  expect(await echo(later)).toBe('echo hello');
  expect(await echo(program)).toBe('echo hello');
});
