import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { loadLauncherConfig, updateLauncherConfig } from '@picoclaw/config';
import { describe, expect, it } from 'vitest';
import { agreeing, type Dialog } from '../../src/doctor/dialog.ts';
import type { Asker } from '../../src/doctor/facts.ts';
import { repairFindings } from '../../src/doctor/repair.ts';
import type { Repair } from '../../src/doctor/repair-plan.ts';
import { aHome } from '../support/home.ts';

const told: string[] = [];
const run = (asker: Asker, repairs?: readonly Repair[], dialog: Dialog = agreeing) =>
  repairFindings({
    ...{ asker, dialog, codes: ['config-permissions', 'token-weak'], note: (line) => told.push(line) },
    ...(repairs && { repairs }),
  });

/** Repairs an option by what it sees of the options at the moment of planning. */
const setting = (key: string, value: unknown, seen: unknown[]): Repair => ({
  codes: ['token-weak'],
  targets: () => [key],
  plan({ paths, environment, launcher }) {
    seen.push(launcher.config?.login_attempts_per_minute);
    return {
      state: 'ready',
      what: `Set ${key}`,
      diff: [`+ ${key}`],
      async apply() {
        await updateLauncherConfig(paths, environment, { [key]: value as never });
        return { state: 'repaired', detail: key };
      },
    };
  },
});

describe('several repairs in one run', () => {
  it('are each planned on what the one before has left, so that none writes back what is stale', async () => {
    const asker = aHome({ 'launcher-config.json': { port: 18_801, mine: 'kept' } });
    const seen: unknown[] = [];
    const reports = await run(asker, [
      setting('login_attempts_per_minute', 3, seen),
      setting('allowed_hosts', ['a.example'], seen),
    ]);
    expect(reports.map(({ state }) => state)).toEqual(['repaired', 'repaired']);
    expect(seen).toEqual([10, 3]);
    const { login_attempts_per_minute: attempts, allowed_hosts: hosts } = loadLauncherConfig(
      asker.paths,
      asker.environment,
    );
    expect([attempts, hosts]).toEqual([3, ['a.example']]);
    expect(JSON.parse(readFileSync(asker.paths.launcherConfigFile, 'utf8'))).toMatchObject({
      port: 18_801,
      mine: 'kept',
    });
  });
});

describe('a configuration that breaks', () => {
  it('before: nothing is planned, not even what has nothing to do with it', async () => {
    const asker = aHome({ 'config.json': '{"gateway": {', 'launcher-config.json': {} });
    chmodSync(asker.paths.launcherConfigFile, 0o644);
    const [report] = await run(asker);
    expect(report).toMatchObject({
      state: 'by-hand',
      detail: `${asker.paths.configFile} is invalid: nothing was changed`,
    });
    expect(statSync(asker.paths.launcherConfigFile).mode & 0o777).toBe(0o644);
  });

  it('while somebody thinks about the answer: nothing is written, and the half-written file stays as it is', async () => {
    const asker = aHome({ 'launcher-config.json': { port: 18_801 } });
    const half = '{"port": 18801, "launcher_to';
    const dialog: Dialog = {
      ...agreeing,
      async confirm() {
        writeFileSync(asker.paths.launcherConfigFile, half);
        return true;
      },
    };
    const [report] = await run(asker, [setting('login_attempts_per_minute', 3, [])], dialog);
    expect(report?.state).toBe('conflict');
    expect(readFileSync(asker.paths.launcherConfigFile, 'utf8')).toBe(half);
  });
});

it('nothing is done without a yes, and what would be done is shown before the question', async () => {
  const asker = aHome({ 'launcher-config.json': {} });
  chmodSync(asker.paths.launcherConfigFile, 0o644);
  told.length = 0;
  const asked: string[] = [];
  const dialog: Dialog = {
    ...agreeing,
    async confirm(question) {
      asked.push(question, ...told);
      return false;
    },
  };
  const [report] = await run(asker, undefined, dialog);
  expect(report).toMatchObject({ state: 'declined', target: asker.paths.launcherConfigFile });
  expect(asked.at(-1)).toBe(`  + ${asker.paths.launcherConfigFile}: mode 600`);
  expect(statSync(asker.paths.launcherConfigFile).mode & 0o777).toBe(0o644);
});
