import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readEnvironment, resolvePaths } from '@picoclaw/config';
import { describe, expect, it } from 'vitest';
import { createLaunchdManager } from '../../apps/cli/src/service/launchd-manager.ts';
import type { ServiceManager } from '../../apps/cli/src/service/manager.ts';
import { commandLine, planEnvironment, planService, type ServicePlan } from '../../apps/cli/src/service/plan.ts';
import { createRunner } from '../../apps/cli/src/service/run-program.ts';
import { createSystemdManager } from '../../apps/cli/src/service/systemd-manager.ts';
import { removeUnitFiles } from '../../apps/cli/src/service/unit-files.ts';
import { freePort, writeHomeFile } from '../support/home.ts';
import { built, isAlive, until } from '../support/processes.ts';
import { aPerson, type Person } from '../support/stand-ins.ts';

/** Tells what it was started with and with what umask, then ends with the code that a file names, if there is one. */
const PROBE = `
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const { env } = process;
const umask = process.umask().toString(8);
appendFileSync(env.HOME + '/starts', JSON.stringify({ pid: process.pid, argv: [process.execPath, ...process.argv.slice(1)], env, umask }) + '\\n');
const order = env.HOME + '/exit-code';
if (existsSync(order)) process.exit(Number(readFileSync(order, 'utf8')));
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 1000);
`;
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is a variable of systemd
const HARD = 'it\'s a "hard" $path ${HOME} 100% \\ %h';

const managers = {
  systemd: { create: createSystemdManager, restartsAfterOperatorErrors: false },
  launchd: { create: createLaunchdManager, restartsAfterOperatorErrors: true },
} as const;

function setUp(name: keyof typeof managers, { withManagers = true } = {}) {
  const person = aPerson({ withManagers });
  const environment = readEnvironment({ source: person.env });
  const manager: ServiceManager = managers[name].create(environment, { run: createRunner(environment) });
  return { person, environment, manager };
}

/** A service of the probe, whose paths are hard to write down. */
function probePlan({ home }: Person): ServicePlan {
  const folder = join(home, HARD);
  mkdirSync(folder);
  const script = join(folder, 'cli.cjs');
  writeFileSync(script, PROBE);
  const paths = { home: join(folder, 'home'), configFile: join(folder, 'home', 'config.json') };
  return planService({ kind: 'gateway', program: process.execPath, script, userHome: home, paths });
}

async function install(manager: ServiceManager, plan: ServicePlan): Promise<void> {
  const file = manager.unitFile(plan.kind);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, manager.render(plan));
  await manager.enable(plan.kind);
  expect(await manager.reload()).toEqual({ ok: true });
}

const starts = ({ home }: Person) => {
  const file = join(home, 'starts');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines.map(
    (line) => JSON.parse(line) as { pid: number; argv: string[]; env: Record<string, string>; umask: string },
  );
};

describe.each(['systemd', 'launchd'] as const)('%s', (name) => {
  it('says when nobody answers', async () => {
    const { manager } = setUp(name, { withManagers: false });
    expect(await manager.isAvailable()).toMatchObject({
      ok: false,
      reason: expect.stringContaining('Failed to connect'),
    });
  });

  it('starts the command line of the unit with its environment and no other', async () => {
    const { person, manager } = setUp(name);
    const plan = probePlan(person);
    expect(await manager.isAvailable()).toEqual({ ok: true });
    await install(manager, plan);
    expect(await manager.state('gateway')).toEqual({ state: 'stopped' });
    expect(await manager.start('gateway')).toEqual({ ok: true });
    await until(() => starts(person).length === 1);
    const [started] = starts(person);
    expect(started).toEqual({ pid: started?.pid, argv: commandLine(plan), env: planEnvironment(plan), umask: '77' });
    expect(await manager.state('gateway')).toMatchObject({ state: 'running', pid: started?.pid });
  });

  it('starts it again when it was killed, and not when it was told to stop', async () => {
    const { person, manager } = setUp(name);
    await install(manager, probePlan(person));
    await manager.start('gateway');
    await until(() => starts(person).length === 1);
    process.kill(starts(person)[0]?.pid ?? 0, 'SIGKILL');
    await until(() => starts(person).length === 2);
    const { pid = 0 } = starts(person)[1] ?? {};
    await until(async () => (await manager.state('gateway')).state === 'running');
    expect(await manager.stop('gateway')).toEqual({ ok: true });
    expect(await manager.state('gateway')).toEqual({ state: 'stopped' });
    expect(isAlive(pid)).toBe(false);
    expect(await manager.stop('gateway')).toEqual({ ok: true });
  });

  it('restarts it as another process, also when it did not run', async () => {
    const { person, manager } = setUp(name);
    await install(manager, probePlan(person));
    expect(await manager.restart('gateway')).toEqual({ ok: true });
    await until(() => starts(person).length === 1);
    expect(await manager.restart('gateway')).toEqual({ ok: true });
    await until(() => starts(person).length === 2);
    expect(isAlive(starts(person)[0]?.pid ?? 0)).toBe(false);
    expect(await manager.state('gateway')).toMatchObject({ state: 'running', pid: starts(person)[1]?.pid });
  });

  it.each([1, 75, 78])('applies its rules to exit code %i', async (code) => {
    const { person, manager } = setUp(name);
    await install(manager, probePlan(person));
    writeFileSync(join(person.home, 'exit-code'), String(code));
    await manager.start('gateway');
    if (code === 1 || managers[name].restartsAfterOperatorErrors) {
      await until(() => starts(person).length > 1);
    } else {
      await until(async () => (await manager.state('gateway')).state === 'failed');
      expect(await manager.state('gateway')).toMatchObject({ state: 'failed', exitCode: code });
      expect(starts(person)).toHaveLength(1);
    }
    expect(await manager.unload('gateway')).toEqual({ ok: true });
    expect(await manager.state('gateway')).toEqual({ state: 'stopped' });
  });

  it('leaves it ended when it has ended well', async () => {
    const { person, manager } = setUp(name);
    await install(manager, probePlan(person));
    writeFileSync(join(person.home, 'exit-code'), '0');
    await manager.start('gateway');
    await until(async () => (await manager.state('gateway')).state === 'stopped');
    expect(starts(person)).toHaveLength(1);
  });

  it('says why it cannot start what is not there', async () => {
    const { manager } = setUp(name);
    expect(await manager.start('launcher')).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/not found|failed/),
    });
    expect(await manager.unload('launcher')).toEqual({ ok: true });
  });

  it('runs the real launcher', async () => {
    const { person, manager, environment } = setUp(name);
    const paths = resolvePaths({}, environment);
    const [port, gatewayPort] = [await freePort(), await freePort()];
    mkdirSync(paths.home, { mode: 0o700 });
    writeHomeFile(paths.home, 'launcher-config.json', { port, launcher_token: 'a-token-of-the-launcher' });
    writeHomeFile(paths.home, 'config.json', { gateway: { port: gatewayPort } });
    const plan = planService({
      ...{ kind: 'launcher', program: process.execPath, script: built('cli.js'), userHome: person.home, paths },
    });
    await install(manager, plan);
    expect(await manager.start('launcher')).toEqual({ ok: true });
    await until(async () => (await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined))?.status === 200);
    await until(() => existsSync(paths.pidFile));
    const state = await manager.state('launcher');
    const pid = state.state === 'running' ? (state.pid ?? 0) : 0;
    const environ = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
    expect(environ.toSorted()).toEqual(
      Object.entries(planEnvironment(plan))
        .map((pair) => pair.join('='))
        .toSorted(),
    );
    expect(await manager.unload('launcher')).toEqual({ ok: true });
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(paths.pidFile)).toBe(false);
    removeUnitFiles(manager.unitFile('launcher'));
    expect(existsSync(manager.unitFile('launcher'))).toBe(false);
  });
});
