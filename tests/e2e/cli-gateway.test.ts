import { describe, expect, it, onTestFinished } from 'vitest';
import { cli } from '../support/cli.ts';
import { freePort, freshHome, writeHomeFile } from '../support/home.ts';
import { built, isAlive, pidOfGateway, pidRecord, run, startLauncher, until } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';

/** A home, and what commands in it come to; its gateway is ended with the test. */
async function aHome() {
  const home = freshHome();
  const env = { PICOCLAW_GATEWAY_PORT: String(await freePort()), PICOCLAW_LAUNCHER_PORT: String(await freePort()) };
  onTestFinished(async () => {
    await cli(['gateway', 'stop'], { home, env });
  });
  return { home, env, gateway: (...args: string[]) => cli(['gateway', ...args], { home, env }) };
}

describe('without a launcher', () => {
  it('starts, shows, reloads, restarts and stops the gateway', async () => {
    const { home, gateway } = await aHome();
    expect(await gateway('status')).toMatchObject({ code: 3, stdout: 'The gateway is not running.\n' });
    expect(await gateway('stop')).toMatchObject({ code: 3, stderr: 'error: The gateway is not running.\n' });
    expect(await gateway('reload')).toMatchObject({ code: 3 });

    const started = await gateway('start');
    const first = pidOfGateway(home);
    expect(started).toMatchObject({ code: 0, stderr: '' });
    expect(started.stdout).toContain(`pid ${first}.`);
    expect(await gateway('start')).toMatchObject({ code: 75 });
    expect(JSON.parse((await gateway('status', '--json')).stdout)).toMatchObject({ state: 'running', pid: first });
    expect(await gateway('reload')).toMatchObject({ code: 0 });
    await expect.poll(async () => (await gateway('logs', '-n', '1')).stdout).toContain('configuration reloaded');

    expect(await gateway('restart')).toMatchObject({ code: 0 });
    expect(isAlive(first)).toBe(false);
    expect(await gateway('stop')).toMatchObject({ code: 0 });
    expect(pidRecord(home)).toBeUndefined();
  });

  it('says why it does not start, and why it does not reload', async () => {
    const { home, gateway } = await aHome();
    await gateway('start');
    writeHomeFile(home, 'config.json', { gateway: { log_level: 'loud' } });
    const reloaded = await gateway('reload');
    expect(reloaded.code).toBe(78);
    expect(reloaded.stderr).toContain('gateway.log_level');
    await gateway('stop');
    const started = await gateway('start');
    expect(started.code).toBe(78);
    expect(started.stderr).toContain('gateway.log_level');
  });

  it('follows the log until Ctrl-C', async () => {
    const { home, env, gateway } = await aHome();
    await gateway('start');
    const following = run(built('cli.js'), { home, env, args: ['gateway', 'logs', '-f', '-n', '1'] });
    await until(() => following.stdout().includes('gateway is ready'), following.output);
    await gateway('reload');
    await until(() => following.stdout().includes('configuration reloaded'), following.output);
    expect(await following.kill('SIGINT')).toBe(0);
  });
});

describe('with a launcher', () => {
  it('that refuses us nothing is done behind its back', async () => {
    const home = freshHome();
    writeHomeFile(home, 'launcher-config.json', { launcher_token: TOKEN });
    const launcher = await startLauncher({ home });
    const env = {
      PICOCLAW_LAUNCHER_PORT: String(launcher.port),
      PICOCLAW_GATEWAY_PORT: String(launcher.gatewayPort),
    };
    writeHomeFile(home, 'launcher-config.json', { launcher_token: 'changed-behind-its-back' });
    const before = pidOfGateway(home);
    for (const order of ['stop', 'restart']) {
      const { code, stderr } = await cli(['gateway', order], { home, env });
      expect([order, code]).toEqual([order, 4]);
      expect(stderr).toContain(`The launcher at http://127.0.0.1:${launcher.port} runs this gateway, and refuses`);
    }
    expect(pidRecord(home)?.pid).toBe(before);
    expect(isAlive(before)).toBe(true);
  });

  it('has the launcher do it, which would start the gateway again otherwise', async () => {
    const home = freshHome();
    const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
    const env = {
      PICOCLAW_LAUNCHER_TOKEN: TOKEN,
      ...{ PICOCLAW_LAUNCHER_PORT: String(launcher.port), PICOCLAW_GATEWAY_PORT: String(launcher.gatewayPort) },
    };
    const first = pidOfGateway(home);
    expect(await cli(['gateway', 'stop'], { home, env })).toMatchObject({ code: 0 });
    expect(isAlive(first)).toBe(false);
    expect(await cli(['gateway', 'status'], { home, env })).toMatchObject({ code: 3 });
    expect(await cli(['gateway', 'start'], { home, env })).toMatchObject({ code: 0 });
    const second = pidOfGateway(home);
    expect(await cli(['gateway', 'restart'], { home, env })).toMatchObject({ code: 0 });
    expect(pidRecord(home)?.pid).not.toBe(second);
    expect(launcher.output()).not.toContain('died');
  });
});
