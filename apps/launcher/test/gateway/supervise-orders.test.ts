import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aSupervisor, isAlive, MANAGED_GATEWAY, pidOf } from '../fixtures/a-supervisor.ts';

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
      program: { command: process.execPath, args: [MANAGED_GATEWAY, 'ready', pidFile()], environment: {} },
      defaultModel: 'small',
    }),
  });
  const pidFile = () => join(home, '.picoclaw.pid');
  const home = mkdtempSync(join(tmpdir(), 'picoclaw-supervise-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  await supervisor.start({ until: 'spawned' });
  expect(await supervisor.status()).toMatchObject({ bootModel: 'small', owned: true });
});
