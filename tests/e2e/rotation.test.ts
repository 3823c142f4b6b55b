import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import { api } from '../support/api.ts';
import { freePort, freshHome, writeHomeFile } from '../support/home.ts';
import { built, pidRecord, run, startLauncher, until } from '../support/processes.ts';
import { answerIn, ask, handshake } from '../support/sockets.ts';

const TOKEN = 'launcher-token-for-tests';
const OLD = 'channel-token-of-before';

type Parties = Awaited<ReturnType<typeof parties>>;

/** A launcher with a gateway of its own or of somebody else's, and clients of both kinds that came in on the old token. */
async function parties(whose: 'its own' | "somebody else's") {
  const home = freshHome();
  writeHomeFile(home, 'config.json', { channels: { pico: { enabled: true } } });
  writeHomeFile(home, '.security.yml', `channels:\n  pico:\n    token: ${OLD}\n`);
  const gatewayPort = await freePort();
  if (whose === "somebody else's") {
    const gateway = run(built('gateway.js'), { home, env: { PICOCLAW_GATEWAY_PORT: String(gatewayPort) } });
    await until(() => pidRecord(home) !== undefined, gateway.output);
  }
  const launcher = await startLauncher({ home, gatewayPort, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const atLauncher = `${launcher.url.replace('http', 'ws')}/pico/ws`;
  const atGateway = `ws://127.0.0.1:${gatewayPort}/pico/ws`;
  const open = async (url: string, token: string): Promise<WebSocket> => {
    const { status, socket } = await handshake(url, { headers: { authorization: `Bearer ${token}` } });
    expect(status).toBe(101);
    onTestFinished(() => socket.terminate());
    return socket;
  };
  const sockets = [await open(atLauncher, TOKEN), await open(atLauncher, OLD), await open(atGateway, OLD)];
  const closed = Promise.all(
    sockets.map(
      (socket) => new Promise((resolve) => socket.once('close', (code, reason) => resolve([code, String(reason)]))),
    ),
  );
  return { home, launcher, atLauncher, atGateway, closed, gatewayPid: pidRecord(home)?.pid };
}

const tries = async (url: string, token: string) => {
  const { status, socket } = await handshake(url, { headers: { authorization: `Bearer ${token}` } });
  socket.terminate();
  return status;
};

/** The new token opens both doors within two seconds, the old one neither; whoever came in on the old one is out with 4001. */
async function takesOver(
  { home, launcher, atLauncher, atGateway, closed, gatewayPid }: Parties,
  token: string,
  at: number,
) {
  const bothOpen = async () => (await tries(atLauncher, token)) === 101 && (await tries(atGateway, token)) === 101;
  await expect.poll(bothOpen, { timeout: 2_000 - (performance.now() - at), interval: 10 }).toBe(true);
  expect(await closed).toEqual(Array(3).fill([4001, 'token rotated']));
  expect([await tries(atLauncher, OLD), await tries(atGateway, OLD)]).toEqual([403, 401]);
  expect(pidRecord(home)?.pid).toBe(gatewayPid);
  expect(launcher.child.exitCode).toBeNull();
  const { socket } = await handshake(atLauncher, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(answerIn(await ask(socket, '/echo still here'))).toBe('still here');
  socket.terminate();
}

describe.each(['its own', "somebody else's"] as const)('the channel token changes while %s gateway runs', (whose) => {
  it('by the launcher', async () => {
    const all = await parties(whose);
    const at = performance.now();
    const { body } = await api(all.launcher.url, TOKEN).post('/api/pico/token');
    expect(body).toMatchObject({ status: 'ok', reloaded: true });
    await takesOver(all, String(body['token']), at);
  });

  it('by hand', async () => {
    const all = await parties(whose);
    const file = join(all.home, '.security.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(OLD, 'written-by-hand'));
    await takesOver(all, 'written-by-hand', performance.now());
  });
});

it('a token that changed while no launcher ran is taken by the gateway at the first client it refuses', async () => {
  const { home, launcher, gatewayPid } = await parties("somebody else's");
  const gatewayPort = pidRecord(home)?.port ?? 0;
  await launcher.kill('SIGTERM');
  const file = join(home, '.security.yml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(OLD, 'written-by-hand'));
  const next = await startLauncher({ home, gatewayPort, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const url = `${next.url.replace('http', 'ws')}/pico/ws`;
  const at = performance.now();
  await expect.poll(() => tries(url, TOKEN), { timeout: 2_000 - (performance.now() - at), interval: 50 }).toBe(101);
  expect(pidRecord(home)?.pid).toBe(gatewayPid);
});
