import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aSupervisor, isAlive, pidOf } from '../fixtures/a-supervisor.ts';

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
