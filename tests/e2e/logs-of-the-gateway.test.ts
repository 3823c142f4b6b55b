import { expect, it } from 'vitest';
import { api } from '../support/api.ts';
import { freePort, freshHome } from '../support/home.ts';
import { built, isAlive, pidOfGateway, pidRecord, run, startLauncher, until } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';

const linesOf = async (url: string, query = '') => {
  const { body } = await api(url, TOKEN).get(`/api/gateway/logs${query}`);
  return body as { logs: string[]; log_total: number; log_run_id: string };
};

it('the log of a gateway that somebody else started is read from its file, and goes on', async () => {
  const home = freshHome();
  const gatewayPort = await freePort();
  const gateway = run(built('gateway.js'), { home, env: { PICOCLAW_GATEWAY_PORT: String(gatewayPort) } });
  await until(() => pidRecord(home) !== undefined, gateway.output);
  const launcher = await startLauncher({ home, gatewayPort, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  await expect.poll(async () => (await linesOf(launcher.url)).logs.join('\n')).toContain('gateway is ready');
  const { log_total, log_run_id } = await linesOf(launcher.url);
  await api(launcher.url, TOKEN).post('/api/gateway/reload');
  const next = `?log_offset=${log_total}&log_run_id=${log_run_id}`;
  await expect
    .poll(async () => (await linesOf(launcher.url, next)).logs.join('\n'))
    .toContain('configuration reloaded');
  expect((await linesOf(launcher.url, next)).log_run_id).toBe(log_run_id);
});

it('a gateway that is kept keeps its log itself when its launcher has gone, and the next launcher shows it', async () => {
  const home = freshHome();
  const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN };
  const first = await startLauncher({ home, env, args: ['--keep-gateway'] });
  const pid = pidOfGateway(home);
  await expect.poll(async () => (await linesOf(first.url)).logs.join('\n')).toContain('gateway is ready');
  await first.kill('SIGTERM');
  expect(isAlive(pid)).toBe(true);
  process.kill(pid, 'SIGHUP');
  const second = await startLauncher({ home, env, gatewayPort: first.gatewayPort });
  await expect.poll(async () => (await linesOf(second.url)).logs.join('\n')).toContain('configuration reloaded');
  expect(await api(second.url, TOKEN).status()).toMatchObject({ gateway_status: 'running', owned: false, pid });
  // The launcher's own end leaves what it has adopted alone.
  await second.kill('SIGTERM');
  expect(isAlive(pid)).toBe(true);
  process.kill(pid, 'SIGTERM');
  await until(() => !isAlive(pid));
});
