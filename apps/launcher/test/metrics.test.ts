import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { aLauncher, signIn, type TestLauncher, TOKEN } from './build-test-launcher.ts';
import { aGateway } from './fixtures/a-gateway.ts';
import { aRunningLauncher } from './fixtures/a-running-launcher.ts';
import { createPeers, deferred, upgradeRequest } from './fixtures/peers.ts';

const bearer = { authorization: `Bearer ${TOKEN}` };

/** The samples of a scrape by name and labels. */
async function scrape({ app }: Pick<TestLauncher, 'app'>): Promise<Record<string, number>> {
  const reply = await app.inject({ url: '/metrics', headers: bearer });
  expect(reply.statusCode).toBe(200);
  expect(reply.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  const samples = reply.body.split('\n').filter((line) => line.startsWith('picoclaw_launcher_'));
  return Object.fromEntries(
    samples.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice('picoclaw_launcher_'.length, at), Number(line.slice(at + 1))];
    }),
  );
}

test('only a session or the launcher token gets to see them', async () => {
  const launcher = await aLauncher();
  expect((await launcher.app.inject('/metrics')).statusCode).toBe(401);
  const wrong = { authorization: 'Bearer wrong-token' };
  expect((await launcher.app.inject({ url: '/metrics', headers: wrong })).statusCode).toBe(401);
  const cookie = await signIn(launcher);
  expect((await launcher.app.inject({ url: '/metrics', headers: { cookie } })).statusCode).toBe(200);
});

test('they are read and nothing else', async () => {
  const { app } = await aLauncher();
  const head = await app.inject({ method: 'HEAD', url: '/metrics', headers: bearer });
  expect([head.statusCode, head.body, head.headers['cache-control']]).toEqual([200, '', 'no-store']);
  const post = await app.inject({ method: 'POST', url: '/metrics', headers: bearer });
  expect([post.statusCode, post.headers.allow]).toEqual([405, 'GET, HEAD']);
});

test('sign-ins are counted by how they went, and sessions for as long as they are valid', async () => {
  const launcher = await aLauncher({ config: { login_attempts_per_minute: 3 } });
  const login = (token: string) => launcher.app.inject({ method: 'POST', url: '/login', payload: { token } });
  const cookie = await signIn(launcher);
  for (const token of ['wrong-one', 'wrong-two', 'not-looked-at', TOKEN]) await login(token);
  const headers = { cookie, 'sec-fetch-site': 'same-origin' };
  // Who has used up its attempts is not looked at by its token either, so the session is what scrapes.
  const read = async () => (await launcher.app.inject({ url: '/metrics', headers: { cookie } })).body;
  // Nor by what it presents with a request.
  expect((await launcher.app.inject({ url: '/api/gateway/status', headers: bearer })).statusCode).toBe(429);
  const text = await read();
  expect(text).toContain('picoclaw_launcher_logins_total{outcome="ok"} 1\n');
  expect(text).toContain('picoclaw_launcher_logins_total{outcome="invalid"} 2\n');
  expect(text).toContain('picoclaw_launcher_logins_total{outcome="limited"} 3\n');
  expect(text).toContain('picoclaw_launcher_sessions 1\n');
  await launcher.app.inject({ method: 'POST', url: '/logout', headers });
  expect(launcher.app.sessionGate.sessions.liveCount).toBe(0);
});

test('upgrades are counted once each, by the status that the client got; open sockets while they are', async () => {
  const launcher = await aRunningLauncher();
  const { origin, cookie, port } = launcher;
  const open = (headers: Record<string, string>) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/pico/ws`, { headers });
    onTestFinished(() => socket.terminate());
    return socket;
  };
  const refused = async (headers: Record<string, string>) => {
    const socket = open(headers);
    socket.on('error', () => {});
    await once(socket, 'unexpected-response');
    socket.terminate();
  };
  await refused({});
  await refused({ cookie, origin });
  await aGateway({ pidFile: launcher.paths.pidFile });
  const socket = open({ cookie, origin });
  await once(socket, 'open');
  const during = await scrape(launcher);
  expect(during).toMatchObject({
    'upgrades_total{status="403"}': 1,
    'upgrades_total{status="503"}': 1,
    'upgrades_total{status="101"}': 1,
    sockets_open: 1,
    sockets_pending: 0,
  });
  socket.terminate();
  await expect.poll(async () => (await scrape(launcher))['sockets_open'], { timeout: 5_000 }).toBe(0);
  expect((await scrape(launcher))['upgrades_total{status="101"}']).toBe(1);
});

test('a gateway that is silent, one that refuses and a client that leaves are counted for what they are', async () => {
  const peers = createPeers();
  const asked = deferred<void>();
  const silent = await peers.upstream(() => asked.resolve());
  const refusing = await peers.upstream((peer) => peer.end('HTTP/1.1 429 Too Many Requests\r\n\r\n'));
  const launcher = await aRunningLauncher({ override: { handshakeTimeoutMs: 3_000 } });
  const { cookie, origin, upgrade, paths } = launcher;
  const gateway = await aGateway({ pidFile: paths.pidFile });
  gateway.claim({ port: refusing });
  expect((await upgrade('/pico/ws', { Cookie: cookie, Origin: origin })).status).toBe(429);
  gateway.claim({ port: silent });
  const leaving = await launcher.open();
  leaving.write(upgradeRequest('/pico/ws', { Host: new URL(origin).host, Cookie: cookie, Origin: origin }));
  await asked.promise;
  leaving.destroy();
  expect((await upgrade('/pico/ws', { Cookie: cookie, Origin: origin })).status).toBe(504);
  await expect
    .poll(() => scrape(launcher))
    .toMatchObject({
      'upgrades_total{status="429"}': 1,
      'upgrades_total{status="504"}': 1,
      'upgrades_total{status="client_gone"}': 1,
      sockets_pending: 0,
    });
});

test('they name no secret, no session, no client and no path', async () => {
  const launcher = await aRunningLauncher();
  const { app, cookie, origin, upgrade, channelToken } = launcher;
  await app.inject({ url: '/?token=a-wrong-token', remoteAddress: '198.51.100.7' });
  await app.inject({ url: '/', headers: { authorization: 'Bearer another-wrong-token' } });
  const query = '/pico/ws?session=a-session-of-chat&token=in-the-query';
  expect((await upgrade(query, { Cookie: cookie, Origin: origin })).status).toBe(503);
  const { body } = await app.inject({ url: '/metrics', headers: bearer });
  const [, cookieValue = ''] = cookie.split('=');
  const hidden = [TOKEN, channelToken(), cookieValue, 'wrong-token', 'a-session-of-chat', 'in-the-query'];
  for (const text of [...hidden, '198.51.100.7', '127.0.0.1', launcher.home]) expect(body).not.toContain(text);
});

test('the state of the gateway is the one label of several that is 1', async () => {
  const launcher = await aLauncher();
  const states = async () =>
    Object.entries(await scrape(launcher))
      .filter(([name, value]) => name.startsWith('gateway_state') && value === 1)
      .map(([name]) => name);
  expect(await states()).toEqual(['gateway_state{state="stopped"}']);
  await launcher.supervisor.start();
  expect(await states()).toEqual(['gateway_state{state="error"}']);
  expect(await scrape(launcher)).toMatchObject({ gateway_restarts_total: 0, event_connections: 0 });
});

test('docs/metrics.md names the same metrics as the code, with their types and labels', async () => {
  const launcher = await aLauncher();
  // A label is seen only once it has had a value.
  await signIn(launcher);
  await launcher.app.inject({ url: '/pico/ws' });
  const { body } = await launcher.app.inject({ url: '/metrics', headers: bearer });
  const labelOf = (name: string) => new RegExp(`^${name}\\{(\\w+)=[^,]*\\} `, 'm').exec(body)?.[1] ?? '';
  const types = [...body.matchAll(/^# TYPE (picoclaw_\S+) (\S+)$/gm)];
  const served = types.map(([, name = '', type]) => `${name} ${type} ${labelOf(name)}`);
  const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = page.matchAll(/^\| `(picoclaw_\w+)` \| (\w+) \| (?:`(\w+)`.*?)?\|/gm);
  const listed = [...rows].map(([, name, type, label = '']) => `${name} ${type} ${label}`);
  expect(listed.toSorted()).toEqual(served.toSorted());
  expect(served.length).toBeGreaterThan(5);
  expect(body).toContain('nodejs_eventloop_lag_seconds');
});
