import { expect, it } from 'vitest';
import { freePort, freshHome } from '../support/home.ts';
import { built, pidOfGateway, pidRecord, run, startLauncher, until } from '../support/processes.ts';
import { signIn } from '../support/sign-in.ts';
import { answerIn, ask, handshake } from '../support/sockets.ts';

it('answers 503 with Retry-After while the gateway is stopped, and finds it again on another port', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home });
  const cookie = await signIn(launcher.url, launcher.linkToken() ?? '');
  const headers = { cookie, origin: launcher.url };
  const url = `${launcher.url.replace('http', 'ws')}/pico/ws`;
  const order = (what: string) =>
    fetch(`${launcher.url}/api/gateway/${what}`, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    });

  expect((await order('stop')).status).toBe(200);
  const refused = await handshake(url, { headers });
  expect(refused.status).toBe(503);
  expect(refused.headers['retry-after']).toBe('1');
  expect(JSON.parse(refused.body)).toMatchObject({ error: 'gateway_unavailable' });
  // Who may not in learns nothing of the gateway.
  expect((await handshake(url)).status).toBe(403);
  expect(await (await order('stop')).json()).toEqual({ status: 'not_running' });

  const elsewhere = await freePort();
  const gateway = run(built('gateway.js'), { home, env: { PICOCLAW_GATEWAY_PORT: String(elsewhere) } });
  await until(() => pidRecord(home)?.port === elsewhere, gateway.output);
  await until(async () => (await fetch(`http://127.0.0.1:${elsewhere}/ready`)).status === 200, gateway.output);
  const found = await handshake(url, { headers });
  expect(found.status).toBe(101);
  expect(answerIn(await ask(found.socket, '/echo found you'))).toBe('found you');
  found.socket.terminate();

  const status = await (await fetch(`${launcher.url}/api/gateway/status`, { headers: { cookie } })).json();
  expect(status).toMatchObject({ gateway_status: 'running', owned: false, port: elsewhere, pid: gateway.child.pid });
  // Not started here, so not ended from here.
  expect(await launcher.kill('SIGTERM')).toBe(0);
  expect(pidRecord(home)?.pid).toBe(gateway.child.pid);
});

it('starts a gateway that was killed again by itself, and says why it had gone', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, way: 'handoff' });
  const cookie = await signIn(launcher.url, launcher.linkToken() ?? '');
  const first = pidOfGateway(home);
  process.kill(first, 'SIGKILL');
  await until(() => pidRecord(home) !== undefined && pidRecord(home)?.pid !== first, launcher.output);
  const status = () =>
    fetch(`${launcher.url}/api/gateway/status`, { headers: { cookie } }).then((reply) => reply.json());
  await until(async () => ((await status()) as { gateway_status: string }).gateway_status === 'running');
  expect(await status()).toMatchObject({ owned: true, last_exit: { code: null, signal: 'SIGKILL' } });
});
