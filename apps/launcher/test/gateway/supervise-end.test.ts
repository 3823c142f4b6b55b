import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { aGatewayOfSomebody, aSupervisor, isAlive, MANAGED_GATEWAY } from '../fixtures/a-supervisor.ts';

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
    const { supervisor, pidFile } = aSupervisor('ready', { graceMs: behaviour === 'deaf' ? 300 : 20_000 });
    const gateway = await aGatewayOfSomebody(pidFile, behaviour);
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
  const gateway = await aGatewayOfSomebody(attached.pidFile);
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
      const args = [MANAGED_GATEWAY, 'ready', pidFile];
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
