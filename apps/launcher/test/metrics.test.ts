import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { aLauncher, signIn, type TestLauncher, TOKEN } from './build-test-launcher.ts';
import { aGateway } from './fixtures/a-gateway.ts';
import { aRunningLauncher } from './fixtures/a-running-launcher.ts';

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
  expect((await launcher.app.inject({ method: 'POST', url: '/metrics', headers: bearer })).statusCode).toBe(405);
});

test('sign-ins are counted by how they went, and sessions for as long as they are valid', async () => {
  const launcher = await aLauncher({ config: { login_attempts_per_minute: 3 } });
  const login = (token: string) => launcher.app.inject({ method: 'POST', url: '/login', payload: { token } });
  const cookie = await signIn(launcher);
  for (const token of ['wrong-one', 'wrong-two', 'not-looked-at', TOKEN]) await login(token);
  const headers = { cookie, 'sec-fetch-site': 'same-origin' };
  // Who has used up its attempts is not looked at by its token either, so the session is what scrapes.
  const read = async () => (await launcher.app.inject({ url: '/metrics', headers: { cookie } })).body;
  const text = await read();
  expect(text).toContain('picoclaw_launcher_logins_total{outcome="ok"} 1\n');
  expect(text).toContain('picoclaw_launcher_logins_total{outcome="invalid"} 2\n');
  expect(text).toContain('picoclaw_launcher_logins_total{outcome="limited"} 2\n');
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

test('docs/metrics.md names the same metrics as the code, with their types', async () => {
  const { app } = await aLauncher();
  const { body } = await app.inject({ url: '/metrics', headers: bearer });
  const served = [...body.matchAll(/^# TYPE (picoclaw_\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `(picoclaw_\w+)` \| (\w+) \|/gm)].map(([, name, type]) => `${name} ${type}`);
  expect(listed.toSorted()).toEqual(served.toSorted());
  expect(body).toContain('nodejs_eventloop_lag_seconds');
});
