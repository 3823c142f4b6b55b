import { expect, test } from 'vitest';
import { aGatewayOfSomebody, aSupervisor, isAlive, pidOf } from '../fixtures/a-supervisor.ts';

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
  const gateway = await aGatewayOfSomebody(pidFile);
  expect(await supervisor.start()).toEqual({ ok: true, pid: gateway.pid });
  expect(starts()).toBe(0);
  expect(await supervisor.status()).toMatchObject({ state: 'running', owned: false });
});

test('one that is closing its port is waited for, and not attached to', async () => {
  const { supervisor, pidFile, starts } = aSupervisor('ready');
  const leaving = await aGatewayOfSomebody(pidFile, 'closes-its-port');
  const started = await supervisor.start();
  expect([started.ok, starts(), isAlive(leaving.pid)]).toEqual([true, 1, false]);
  expect(pidOf(started)).not.toBe(leaving.pid);
  // Gone it is; that we are told may take a moment more.
  await expect.poll(() => leaving.exitCode).toBe(0);
});

test('a gateway that finds another one running leaves it in charge', async () => {
  const { supervisor, pidFile } = aSupervisor('exits', {}, '75');
  const starting = supervisor.start({ until: 'spawned' });
  const gateway = await aGatewayOfSomebody(pidFile);
  await starting;
  const expected = { state: 'running', owned: false, reason: undefined, record: { pid: gateway.pid } };
  // Until the one that lost has ended, its start is still going on.
  await expect.poll(() => supervisor.status()).toMatchObject(expected);
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
