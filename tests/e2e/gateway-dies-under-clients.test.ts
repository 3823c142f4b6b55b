import { type Client, createClient } from '@picoclaw/client';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { api } from '../support/api.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { descriptors, residentMb } from '../support/process-health.ts';
import { pidOfGateway, pidRecord, startLauncher, until } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';
const CLIENTS = 100;
/** Connections that the test itself may have open for its questions. */
const OWN_CALLS = 4;

it('a gateway killed under a hundred clients: why is told at once, another is there, and all come back by themselves', async () => {
  const home = freshHome();
  writeHomeFile(home, 'config.json', { channels: { pico: { enabled: true, max_connections: 3 * CLIENTS } } });
  const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const pid = launcher.child.pid ?? 0;
  const { status } = api(launcher.url, TOKEN);
  const isBack = async (since: number) =>
    (await status())['gateway_status'] === 'running' && pidRecord(home)?.pid !== since;

  const url = `${launcher.url.replace('http', 'ws')}/pico/ws`;
  const connect = () => createClient({ url, token: TOKEN, tokenIn: 'header', webSocket: WebSocket });
  const clients: Client[] = [];
  const closeAll = () => {
    for (const client of clients.splice(0)) client.close();
  };
  onTestFinished(closeAll);
  const connected = () => clients.filter((client) => client.status.state === 'connected').length;
  const connectAll = async () => {
    // Anew: who has just come back from one loss rightly takes its time after the next.
    closeAll();
    clients.push(...Array.from({ length: CLIENTS }, connect));
    await until(() => connected() === CLIENTS);
  };
  const calm = descriptors(pid);
  await connectAll();

  // What a first crash costs once (code that was never run before) is no leak: the second is measured.
  await killAndWait();
  await connectAll();
  const memoryMb = residentMb(pid);
  await killAndWait();
  // Their sockets are the gateway's own, so not one more is open here.
  await until(() => descriptors(pid) <= calm + OWN_CALLS);
  expect(residentMb(pid)).toBeLessThan(memoryMb * 1.15 + 10);

  async function killAndWait() {
    const victim = pidOfGateway(home);
    const { last_exit: before } = await status();
    const killedAt = performance.now();
    const within = (ms: number) => ({ timeout: ms - (performance.now() - killedAt), interval: 20 });
    process.kill(victim, 'SIGKILL');
    await expect.poll(async () => (await status())['last_exit'], within(1_000)).not.toEqual(before);
    expect(await status()).toMatchObject({
      gateway_status: 'restarting',
      gateway_start_reason: 'The gateway ended by SIGKILL.',
      last_exit: { code: null, signal: 'SIGKILL' },
    });
    await expect.poll(() => isBack(victim), within(3_000)).toBe(true);
    await expect.poll(connected, within(10_000)).toBe(CLIENTS);
  }
});
