import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { withFileLock } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { configErrorOf } from './support/problems.ts';
import { configProcesses, kill, reportOf } from './support/processes.ts';

const processes = configProcesses();

test('a lock whose holder was killed is taken over at once, by one of many', async () => {
  const home = aHome();
  const holder = processes.start(home, 'hold');
  expect(await reportOf(holder)).toBe('held');
  await kill(holder);

  const startedAt = performance.now();
  let inside = 0;
  let most = 0;
  const entrants = Array.from({ length: 8 }, () =>
    withFileLock(home.paths.lockFile, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    }),
  );
  await Promise.all(entrants);
  expect(most).toBe(1);
  expect(performance.now() - startedAt).toBeLessThan(5000);
  expect(readdirSync(dirname(home.paths.lockFile))).toEqual([]);
});

test('a lock of a living process is respected, and the error names the process and the file', async () => {
  const home = aHome();
  const holder = processes.start(home, 'hold');
  await reportOf(holder);
  const error = await configErrorOf(() => withFileLock(home.paths.lockFile, async () => 'never', { timeoutMs: 200 }));
  expect(error.code).toBe('config_locked');
  expect(error.message).toContain(home.paths.lockFile);
  expect(error.message).toContain(`process ${holder.pid}`);
});

test('a lock from another container counts by its age alone', async () => {
  const home = aHome();
  const { lockFile } = home.paths;
  writeFileSync(lockFile, JSON.stringify({ pid: 999_999_999, where: 'elsewhere pid:[1]' }));
  const refused = await configErrorOf(() => withFileLock(lockFile, async () => 'never', { timeoutMs: 100 }));
  expect(refused.code).toBe('config_locked');

  const old = new Date(Date.now() - 60_000);
  utimesSync(lockFile, old, old);
  expect(await withFileLock(lockFile, async () => 'mine')).toBe('mine');
});

test('a takeover that was itself killed half-way does not block', async () => {
  const home = aHome();
  const { lockFile } = home.paths;
  const old = new Date(Date.now() - 60_000);
  writeFileSync(lockFile, '');
  utimesSync(lockFile, old, old);
  const { ino, mtimeNs } = statSync(lockFile, { bigint: true });
  writeFileSync(`${lockFile}.${ino}-${mtimeNs}`, '');
  utimesSync(`${lockFile}.${ino}-${mtimeNs}`, old, old);
  expect(await withFileLock(lockFile, async () => 'mine')).toBe('mine');
  expect(readdirSync(dirname(lockFile))).toEqual([]);
});

test('the lock is given back when the work fails', async () => {
  const home = aHome();
  const failing = withFileLock(home.paths.lockFile, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(await withFileLock(home.paths.lockFile, async () => 'mine')).toBe('mine');
});
