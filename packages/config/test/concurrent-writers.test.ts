import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { resolveLauncherToken } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { configProcesses, kill, reportOf } from './support/processes.ts';

const processes = configProcesses();

test("processes that change one file at the same time do not lose each other's change", async () => {
  const home = aHome();
  const writers = Array.from({ length: 4 }, () => processes.start(home, 'count', '15'));
  await Promise.all(writers.map((writer) => reportOf(writer)));
  expect(home.json('launcher-config.json')['counter']).toBe(60);
});

test('processes that start at the same time agree on one generated token', async () => {
  const home = aHome();
  const starters = Array.from({ length: 6 }, () => processes.start(home, 'token'));
  const reports = await Promise.all(starters.map((starter) => reportOf<{ token: string; source: string }>(starter)));
  expect(new Set(reports.map(({ token }) => token)).size).toBe(1);
  expect(reports.every(({ source }) => source === 'random')).toBe(true);
  expect(home.json('launcher-config.json')).toEqual({ launcher_token: reports[0]?.token, setup_pending: true });
});

test('of several first-run setups in different processes exactly one wins', async () => {
  const home = aHome();
  const candidates = ['alpha', 'beta', 'gamma', 'delta'];
  const setups = candidates.map((name) => processes.start(home, 'register', `token-of-${name}`));
  await Promise.all(setups.map((setup) => reportOf(setup)));
  const outcomes = setups.map((setup) => reportOf<{ ok: boolean; reason?: string }>(setup));
  for (const setup of setups) setup.send('go');
  const reports = await Promise.all(outcomes);
  const winners = candidates.filter((_name, index) => reports[index]?.ok);
  expect(winners).toHaveLength(1);
  expect(reports.filter(({ ok }) => !ok).every(({ reason }) => reason === 'not_pending')).toBe(true);
  expect(home.json('launcher-config.json')).toEqual({ launcher_token: `token-of-${winners[0]}` });
});

test('a writer killed at any instant leaves whole files and a home that starts again', async () => {
  const home = aHome({ 'launcher-config.json': { round: -1, kept: 'yes' }, '.security.yml': '# kept\nround: -1\n' });
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const writer = processes.start(home, 'rewrite');
    for (let round = 0; round <= attempt; round += 1) await reportOf(writer);
    await kill(writer);
    expect(home.json('launcher-config.json')['kept']).toBe('yes');
    expect(home.read('.security.yml')).toMatch(/^# kept\nround: -?\d+\n$/);
  }
  const { source } = await resolveLauncherToken(home.paths, home.environment);
  expect(source).toBe('random');
  const left = readdirSync(home.paths.home);
  expect(left.filter((name) => name.startsWith('.launcher-config'))).toEqual([]);
});
