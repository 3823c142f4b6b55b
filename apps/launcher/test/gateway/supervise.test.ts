import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPidReader, processStartTime, stopGateway } from '@picoclaw/pid';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createGatewayLog } from '../../src/gateway/logs.ts';
import { createSupervisor } from '../../src/gateway/supervise.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/managed-gateway.mjs', import.meta.url));
const silent = pino({ level: 'silent' });

type Overrides = Partial<Parameters<typeof createSupervisor>[0]> & { readonly isManaged?: boolean };

/** A supervisor whose gateway behaves as told, in a folder of its own. */
function aSupervisor(behaviour: string, { isManaged = true, ...overrides }: Overrides = {}, argument = '') {
  const home = mkdtempSync(join(tmpdir(), 'picoclaw-supervise-'));
  const pidFile = join(home, '.picoclaw.pid');
  const pidReader = createPidReader(pidFile);
  let starts = 0;
  const supervisor = createSupervisor({
    pidReader,
    stopAttached: stopGateway,
    logger: silent,
    log: createGatewayLog({ folder: home, onError: () => {} }),
    prepare: async () => {
      starts += 1;
      const args = [PROGRAM, behaviour, pidFile, argument];
      const program = { command: process.execPath, args, environment: {} };
      return { ok: true, program: isManaged ? { ...program, managed: { secrets: {}, keepAlive: false } } : program };
    },
    restartDelays: { firstMs: 10, maxMs: 20 },
    graceMs: 2_000,
    startTimeoutMs: 10_000,
    ...overrides,
  });
  onTestFinished(async () => {
    await supervisor.close();
    rmSync(home, { recursive: true, force: true });
  });
  return { supervisor, pidFile, home, starts: () => starts };
}

/** A gateway that somebody else started. */
async function aForeignGateway(pidFile: string, behaviour = 'ready'): Promise<ChildProcess> {
  const gateway = spawn(process.execPath, [PROGRAM, behaviour, pidFile], { stdio: 'ignore' });
  onTestFinished(() => {
    gateway.kill('SIGKILL');
  });
  await expect.poll(() => existsSync(pidFile), { timeout: 5_000 }).toBe(true);
  return gateway;
}

const isAlive = (pid: number | undefined) => pid !== undefined && processStartTime(pid) !== undefined;
const pidOf = (result: { ok: boolean; pid?: number | undefined }) => result.pid;

test('a start answers when the gateway is ready, and a stop when it is gone', async () => {
  const { supervisor, pidFile } = aSupervisor('ready');
  expect(await supervisor.status()).toMatchObject({ state: 'stopped', owned: false, record: undefined });
  const started = await supervisor.start();
  expect(started).toMatchObject({ ok: true });
  expect(await supervisor.status()).toMatchObject({ state: 'running', owned: true, record: { version: '9.9.9' } });
  expect(await supervisor.stop()).toEqual(started);
  expect(isAlive(pidOf(started as never))).toBe(false);
  expect(existsSync(pidFile)).toBe(false);
  expect(await supervisor.status()).toMatchObject({ state: 'stopped', lastExit: { code: 0, signal: null } });
  expect(await supervisor.stop()).toMatchObject({ ok: false, reason: 'not_running' });
});

test('a second start while one is under way is busy', async () => {
  const { supervisor, starts } = aSupervisor('ready');
  const first = supervisor.start();
  expect(await supervisor.start()).toMatchObject({ ok: false, reason: 'busy' });
  expect(await supervisor.stop()).toMatchObject({ ok: false, reason: 'busy' });
  expect(await first).toMatchObject({ ok: true });
  expect(starts()).toBe(1);
});

test('a start may answer as soon as there is a process, and goes on', async () => {
  const { supervisor } = aSupervisor('ready');
  const spawned = await supervisor.start({ until: 'spawned' });
  expect(spawned).toMatchObject({ ok: true, pid: expect.any(Number) });
  expect(await supervisor.status()).toMatchObject({ state: 'starting' });
  expect(await supervisor.start({ until: 'spawned' })).toMatchObject({ ok: false, reason: 'busy' });
  await expect.poll(async () => (await supervisor.status()).state, { timeout: 5_000 }).toBe('running');
  await expect.poll(() => supervisor.start()).toEqual(spawned);
});

test('a start that need not wait still says when there never was a process', async () => {
  const { supervisor } = aSupervisor('ready', {
    prepare: async () => ({ ok: true, program: { command: '/nowhere/gateway', args: [], environment: {} } }),
  });
  const message = 'The gateway program could not be started: /nowhere/gateway: there is no such program.';
  expect(await supervisor.start({ until: 'spawned' })).toEqual({ ok: false, reason: 'failed', message });
  expect(await supervisor.status()).toMatchObject({ state: 'error', reason: message });
});

test('a file that is no program is a failed start, not a fault', async () => {
  const { supervisor, home } = aSupervisor('ready', {
    prepare: async () => ({ ok: true, program: { command: join(home, 'gateway'), args: [], environment: {} } }),
  });
  writeFileSync(join(home, 'gateway'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0]), { mode: 0o700 });
  expect(await supervisor.start()).toMatchObject({ ok: false, reason: 'failed' });
});

test('a start while our own gateway runs names it, and goes on looking after it', async () => {
  const { supervisor, starts } = aSupervisor('ready');
  const first = pidOf((await supervisor.start()) as never);
  expect(await supervisor.start()).toEqual({ ok: true, pid: first });
  expect(await supervisor.status()).toMatchObject({ state: 'running', owned: true });
  process.kill(first ?? 0, 'SIGKILL');
  await expect.poll(starts).toBe(2);
  await expect.poll(async () => (await supervisor.status()).state).toBe('running');
});

test('a start in the moment in which our gateway has died starts another one', async () => {
  const { supervisor } = aSupervisor('ready', { restartDelays: { firstMs: 60_000, maxMs: 60_000 } });
  for (let times = 0; times < 5; times += 1) {
    const pid = pidOf((await supervisor.start()) as never);
    process.kill(pid ?? 0, 'SIGKILL');
    const next = pidOf((await supervisor.start()) as never);
    // Too fast, it may still be named; then it is found dead by the next order.
    if (next !== pid) expect(isAlive(next)).toBe(true);
    else await expect.poll(async () => (await supervisor.status()).state).toBe('restarting');
  }
});

test('a live gateway is attached to and not started twice', async () => {
  const { supervisor, pidFile, starts } = aSupervisor('ready');
  const gateway = await aForeignGateway(pidFile);
  expect(await supervisor.start()).toEqual({ ok: true, pid: gateway.pid });
  expect(starts()).toBe(0);
  expect(await supervisor.status()).toMatchObject({ state: 'running', owned: false });
});

test('one that is closing its port is waited for, and not attached to', async () => {
  const { supervisor, pidFile, starts } = aSupervisor('ready');
  const leaving = await aForeignGateway(pidFile, 'closes-its-port');
  const started = await supervisor.start();
  expect([started.ok, starts(), leaving.exitCode]).toEqual([true, 1, 0]);
  expect(pidOf(started)).not.toBe(leaving.pid);
});

test('a gateway that finds another one running leaves it in charge', async () => {
  const { supervisor, pidFile } = aSupervisor('exits', {}, '75');
  const starting = supervisor.start({ until: 'spawned' });
  const gateway = await aForeignGateway(pidFile);
  await starting;
  const expected = { state: 'running', owned: false, reason: undefined, record: { pid: gateway.pid } };
  // Until the one that lost has ended, its start is still going on.
  await expect.poll(() => supervisor.status()).toMatchObject(expected);
});

test('a gateway that says another one is running, when there is none, has failed', async () => {
  const { supervisor } = aSupervisor('exits', {}, '75');
  expect(await supervisor.start()).toMatchObject({ ok: false, reason: 'failed' });
});

test('the reason of a failed start is what the gateway said itself', async () => {
  const { supervisor } = aSupervisor('failed');
  const message = 'The gateway ended with code 78: gateway.port must be a number';
  expect(await supervisor.start()).toEqual({ ok: false, reason: 'failed', message });
  const { state, lastExit, reason } = await supervisor.status();
  expect({ state, reason }).toEqual({ state: 'error', reason: message });
  expect(lastExit).toMatchObject({ code: 78, signal: null, tail: ['something else'] });
  expect(Date.parse(lastExit?.at ?? '')).not.toBeNaN();
});

test('the reason of a crash is its message, not its stack', async () => {
  const { supervisor } = aSupervisor('throws');
  expect(await supervisor.start()).toMatchObject({ message: 'The gateway ended with code 1: Error: the disk is full' });
});

test('a gateway that is not ready in time is ended', async () => {
  const { supervisor } = aSupervisor('silent', { startTimeoutMs: 500 });
  const spawned = await supervisor.start({ until: 'spawned' });
  await expect.poll(async () => (await supervisor.status()).state, { timeout: 5_000 }).toBe('error');
  expect((await supervisor.status()).reason).toContain('not ready within 0.5 s');
  expect(isAlive(pidOf(spawned as never))).toBe(false);
});

test('messages that mean nothing are passed over', async () => {
  const { supervisor } = aSupervisor('nonsense');
  expect(await supervisor.start()).toMatchObject({ ok: true });
});

test('another implementation is ready when the pid file names it', async () => {
  const { supervisor } = aSupervisor('foreign', { isManaged: false });
  const started = await supervisor.start();
  expect(started).toMatchObject({ ok: true });
  expect(await supervisor.status()).toMatchObject({ state: 'running', owned: true });
});

test('a gateway is ready when it says so at /ready, not when its pid file is there', async () => {
  const { supervisor } = aSupervisor('not-yet', { isManaged: false });
  const { pid } = (await supervisor.start({ until: 'spawned' })) as { pid: number };
  await expect.poll(async () => (await supervisor.status()).record?.pid, { timeout: 5_000 }).toBe(pid);
  expect(await supervisor.status()).toMatchObject({ state: 'starting' });
  process.kill(pid, 'SIGUSR2');
  await expect.poll(async () => (await supervisor.status()).state, { timeout: 5_000 }).toBe('running');
});

test('another implementation that has no /ready is believed by its pid file', async () => {
  const { supervisor } = aSupervisor('without-ready', { isManaged: false });
  expect(await supervisor.start()).toMatchObject({ ok: true });
});

test('whoever listens hears of each step of a life', async () => {
  const { supervisor } = aSupervisor('ready');
  const states: string[] = [];
  const stop = supervisor.onChange(() => void supervisor.status().then(({ state }) => states.push(state)));
  await supervisor.start();
  await supervisor.stop();
  await expect.poll(() => states).toEqual(['starting', 'running', 'stopping', 'stopped']);
  stop();
  await supervisor.start();
  expect(states).toHaveLength(4);
});

test('a reload is an order like others, and there is nothing to reload when no gateway runs', async () => {
  const { supervisor } = aSupervisor('ready');
  expect(await supervisor.reload()).toMatchObject({ ok: false, reason: 'not_running' });
  const starting = supervisor.start();
  expect(await supervisor.reload()).toMatchObject({ ok: false, reason: 'busy' });
  await starting;
  const reloading = supervisor.reload();
  expect(await supervisor.reload()).toMatchObject({ ok: false, reason: 'busy' });
  expect(await reloading).toMatchObject({ ok: true, answered: true, status: 200 });
});

test('nobody is refused for a reload: other orders wait for its end, and only one of them is next', async () => {
  const { supervisor } = aSupervisor('ready');
  await supervisor.start();
  const ends: string[] = [];
  const noteEnd = (what: string) => () => ends.push(what);
  const reloading = supervisor.reload().finally(noteEnd('reload'));
  const stopping = supervisor.stop().finally(noteEnd('stop'));
  const another = supervisor.stop();
  expect(await reloading).toMatchObject({ ok: true, status: 200 });
  expect(await stopping).toMatchObject({ ok: true });
  expect(await another).toMatchObject({ ok: false, reason: 'busy' });
  expect(ends).toEqual(['reload', 'stop']);
});

test('the model that was configured at the start is remembered while the gateway is ours', async () => {
  const { supervisor } = aSupervisor('ready', {
    prepare: async () => ({
      ok: true,
      program: { command: process.execPath, args: [PROGRAM, 'ready', pidFile()], environment: {} },
      defaultModel: 'small',
    }),
  });
  const pidFile = () => join(home, '.picoclaw.pid');
  const home = mkdtempSync(join(tmpdir(), 'picoclaw-supervise-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  await supervisor.start({ until: 'spawned' });
  expect(await supervisor.status()).toMatchObject({ bootModel: 'small', owned: true });
});

test('a precondition that is not met starts nothing', async () => {
  const { supervisor } = aSupervisor('ready', { prepare: async () => ({ ok: false, message: 'no model' }) });
  expect(await supervisor.start()).toEqual({ ok: false, reason: 'precondition_failed', message: 'no model' });
  expect(await supervisor.status()).toMatchObject({ state: 'error', reason: 'no model' });
});

test('a fault while preparing is the outcome of the order, not of the process', async () => {
  const prepare = async () => {
    throw new Error('EIO');
  };
  const { supervisor } = aSupervisor('ready', { prepare });
  expect(await supervisor.start()).toMatchObject({ ok: false, reason: 'failed', message: 'The start failed: EIO' });
  expect(await supervisor.start()).toMatchObject({ reason: 'failed' });
});

test('a gateway that dies is started again', async () => {
  const { supervisor } = aSupervisor('ready');
  const { pid: first } = (await supervisor.start()) as { pid: number };
  process.kill(first, 'SIGKILL');
  await expect.poll(async () => (await supervisor.status()).lastExit?.signal, { timeout: 5_000 }).toBe('SIGKILL');
  await expect.poll(async () => (await supervisor.status()).state, { timeout: 5_000 }).toBe('running');
  await expect.poll(async () => (await supervisor.status()).record?.pid, { timeout: 5_000 }).not.toBe(first);
  expect(await supervisor.status()).toMatchObject({ owned: true });
});

test('five deaths in a minute are a loop, which ends in an error with the log', async () => {
  const { supervisor, starts } = aSupervisor('dies-when-ready', {}, '9');
  await supervisor.start();
  await expect.poll(async () => (await supervisor.status()).state, { timeout: 10_000 }).toBe('error');
  const { reason, lastExit } = await supervisor.status();
  expect(reason).toBe(
    'The gateway ended with code 9: error: out of luck It is not started again: it died 5 times within a minute.',
  );
  expect(lastExit).toMatchObject({ code: 9, tail: expect.arrayContaining(['error: out of luck']) });
  expect(starts()).toBe(5);
});

test('a restart that fails before it is ready is one more death, not the end', async () => {
  const { supervisor, starts } = aSupervisor('once');
  const { pid } = (await supervisor.start()) as { pid: number };
  process.kill(pid, 'SIGUSR2');
  await expect.poll(async () => (await supervisor.status()).state, { timeout: 10_000 }).toBe('error');
  expect((await supervisor.status()).reason).toContain('it died 5 times within a minute');
  expect(starts()).toBe(5);
});

test('a gateway whose configuration has to be corrected is not started again', async () => {
  const { supervisor, starts } = aSupervisor('dies-when-ready', {}, '78');
  await supervisor.start();
  await expect.poll(async () => (await supervisor.status()).state, { timeout: 5_000 }).toBe('error');
  expect((await supervisor.status()).reason).toContain('its configuration has to be corrected');
  expect(starts()).toBe(1);
});

test('a stop calls off the next start', async () => {
  const restartDelays = { firstMs: 60_000, maxMs: 60_000 };
  const { supervisor, starts } = aSupervisor('dies-when-ready', { restartDelays }, '1');
  await supervisor.start();
  await expect.poll(async () => (await supervisor.status()).state, { timeout: 5_000 }).toBe('restarting');
  expect(await supervisor.stop()).toMatchObject({ reason: 'not_running' });
  expect(await supervisor.status()).toMatchObject({ state: 'stopped' });
  expect(starts()).toBe(1);
});

test('a gateway that does not listen to SIGTERM is killed when its grace is over', async () => {
  const { supervisor } = aSupervisor('deaf', { graceMs: 200 });
  const { pid } = (await supervisor.start()) as { pid: number };
  expect(await supervisor.stop()).toEqual({ ok: true, pid });
  expect(isAlive(pid)).toBe(false);
});

test("a stop does not wait for a grandchild that holds the gateway's output open", async () => {
  const { supervisor } = aSupervisor('leaves-a-child');
  await supervisor.start();
  const startedAt = performance.now();
  expect(await supervisor.stop()).toMatchObject({ ok: true });
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

test('a restart replaces the process', async () => {
  const { supervisor } = aSupervisor('ready');
  const { pid: first } = (await supervisor.start()) as { pid: number };
  const { pid: second } = (await supervisor.restart()) as { pid: number };
  expect(second).not.toBe(first);
  expect(isAlive(first)).toBe(false);
  expect(await supervisor.status()).toMatchObject({ state: 'running', record: { pid: second } });
});

test('a gateway of somebody else is stopped on order, by SIGKILL when it does not listen', async () => {
  for (const behaviour of ['ready', 'deaf']) {
    const { supervisor, pidFile } = aSupervisor('ready', { graceMs: 300 });
    const gateway = await aForeignGateway(pidFile, behaviour);
    const exited = once(gateway, 'exit');
    expect(await supervisor.stop()).toEqual({ ok: true, pid: gateway.pid });
    expect((await exited)[1]).toBe(behaviour === 'deaf' ? 'SIGKILL' : null);
  }
});

test('a process that is not provably our gateway is left alone', async () => {
  const { supervisor, pidFile } = aSupervisor('ready');
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => {
    bystander.kill('SIGKILL');
  });
  const shared = { pid: bystander.pid, token: 'a'.repeat(32), version: '1', port: 1, host: '127.0.0.1' };
  writeFileSync(pidFile, JSON.stringify({ ...shared, pid_namespace: 1, instance_id: 'x' }));
  expect(await supervisor.stop()).toMatchObject({ ok: false, reason: 'not_a_gateway' });
  expect(isAlive(bystander.pid)).toBe(true);
  writeFileSync(pidFile, JSON.stringify({ ...shared, start_time: '1' }));
  expect(await supervisor.stop()).toMatchObject({ ok: false, reason: 'not_running' });
  expect(isAlive(bystander.pid)).toBe(true);
});

test('closing stops the gateway that was started, and only that', async () => {
  const own = aSupervisor('ready');
  const { pid } = (await own.supervisor.start()) as { pid: number };
  await own.supervisor.close();
  expect(isAlive(pid)).toBe(false);
  const attached = aSupervisor('ready');
  const gateway = await aForeignGateway(attached.pidFile);
  await attached.supervisor.start();
  await attached.supervisor.close();
  expect(isAlive(gateway.pid)).toBe(true);
});

test('closing leaves the gateway alone when it is to be kept', async () => {
  const { supervisor } = aSupervisor('ready', { keepGateway: true });
  const { pid } = (await supervisor.start()) as { pid: number };
  onTestFinished(() => {
    process.kill(pid, 'SIGKILL');
  });
  await supervisor.close();
  expect(isAlive(pid)).toBe(true);
});

test('closing while a start is being prepared starts nothing any more', async () => {
  let prepared: (() => void) | undefined;
  const { supervisor, pidFile } = aSupervisor('ready', {
    prepare: async () => {
      await new Promise<void>((resolve) => {
        prepared = resolve;
      });
      const args = [PROGRAM, 'ready', pidFile];
      return { ok: true, program: { command: process.execPath, args, environment: {} } };
    },
  });
  const starting = supervisor.start();
  await expect.poll(() => prepared).toBeTypeOf('function');
  await supervisor.close();
  prepared?.();
  expect(await starting).toMatchObject({ ok: false, reason: 'busy' });
  expect(existsSync(pidFile)).toBe(false);
});

test('closing while the gateway starts ends it', async () => {
  const { supervisor } = aSupervisor('silent');
  const { pid } = (await supervisor.start({ until: 'spawned' })) as { pid: number };
  await supervisor.close();
  expect(isAlive(pid)).toBe(false);
});
