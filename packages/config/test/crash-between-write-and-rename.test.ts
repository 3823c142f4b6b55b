import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { resolveLauncherToken, updateLauncherConfig } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { configProcesses, reportOf } from './support/processes.ts';

const processes = configProcesses();
const CHOSEN = 'token-of-my-own';

/** A first run whose process is killed before its n-th operation on files, if it comes to that. */
async function firstRunKilledAt(operation: number): Promise<{ wasKilled: boolean; isNew: boolean }> {
  const home = aHome({ 'launcher-config.json': { allowed_hosts: ['kept.example'] } });
  const writer = processes.start(home, 'register', CHOSEN, { killAt: operation });
  await reportOf(writer);
  const before = home.read('launcher-config.json');
  const exited = once(writer, 'exit');
  writer.send('go');
  const [, signal] = await exited;

  const kept = { allowed_hosts: ['kept.example'] };
  const isNew = home.read('launcher-config.json') !== before;
  if (isNew) expect(home.json('launcher-config.json')).toEqual({ ...kept, launcher_token: CHOSEN });
  expect(home.mode('launcher-config.json') & 0o077).toBe(0);
  // And the next start finds all in order: it takes the lock over, and clears away what was left half done.
  const { source, value } = await resolveLauncherToken(home.paths, home.environment);
  expect([source, value.equals(CHOSEN)]).toEqual(isNew ? ['config', true] : ['random', false]);
  await updateLauncherConfig(home.paths, home.environment, () => ({ port: 18_801 }));
  expect(home.json('launcher-config.json')).toMatchObject({ ...kept, port: 18_801 });
  expect(readdirSync(home.paths.home).filter((name) => name.endsWith('.tmp') || name.includes('lock'))).toEqual([]);
  return { wasKilled: signal === 'SIGKILL', isNew };
}

test.skipIf(process.platform === 'win32')(
  'a first run that is killed at any operation on files leaves the old or the new file, and starts again',
  async () => {
    const outcomes: boolean[] = [];
    for (let first = 1, isDone = false; !isDone; first += 4) {
      const batch = await Promise.all([0, 1, 2, 3].map((more) => firstRunKilledAt(first + more)));
      outcomes.push(...batch.filter(({ wasKilled }) => wasKilled).map(({ isNew }) => isNew));
      isDone = batch.some(({ wasKilled }) => !wasKilled);
    }
    // Old up to the rename, new from there on.
    expect(outcomes.length).toBeGreaterThan(8);
    expect(outcomes.lastIndexOf(false) + 1).toBe(outcomes.indexOf(true));
  },
  90_000,
);
