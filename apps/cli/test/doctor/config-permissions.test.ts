import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPermissions } from '../../src/doctor/checks/config-permissions.ts';
import { gatherFacts } from '../../src/doctor/facts.ts';
import { permissionsRepair } from '../../src/doctor/repairs/config-permissions.ts';
import { aFolder, aHome } from '../support/home.ts';

const isRoot = process.getuid?.() === 0;
const STRANGER = 65_534;

describe('config-permissions', () => {
  it('waits for no pipe in the place of config.json', async () => {
    const { paths, environment } = aHome();
    execFileSync('sh', ['-c', 'mkfifo -m 600 "$0"', paths.configFile]);
    expect(await checkPermissions(paths, environment)).toEqual([]);
  });

  it('is config.json only where it has a secret in clear', async () => {
    for (const [content, count] of [
      [{ gateway: { port: 1 } }, 0],
      [{ channels: { pico: { token: 'file:///run/secrets/t' } } }, 0],
      [{ channels: { pico: { token: '' } } }, 0],
      [{ channels: { pico: { token: 'in-clear' } } }, 1],
      [{ model_list: [{ api_keys: ['sk-in-clear'] }] }, 1],
      [{ tools: { search: { api_key: 'in-clear' } } }, 1],
    ] as const) {
      const { paths, environment } = aHome({ 'config.json': content });
      chmodSync(paths.configFile, 0o644);
      expect(await checkPermissions(paths, environment)).toHaveLength(count);
    }
  });

  it('is a home in which others can replace files, and the file of a _FILE variable', async () => {
    const token = join(aFolder(), 'token');
    writeFileSync(token, 'a-token');
    chmodSync(token, 0o640);
    const { paths, environment } = aHome({}, { PICOCLAW_LAUNCHER_TOKEN_FILE: token });
    chmodSync(paths.home, 0o775);
    const findings = await checkPermissions(paths, environment);
    expect(findings.map(({ severity, fix }) => [severity, fix])).toEqual([
      ['error', `chmod 700 "${paths.home}"`],
      ['warn', `chmod 600 "${token}"`],
    ]);
  });

  it.runIf(isRoot)('is a file of another user: only told, since only root can give it back', async () => {
    const { paths, environment } = aHome({ 'launcher-config.json': {} });
    chownSync(paths.launcherConfigFile, STRANGER, STRANGER);
    const [finding] = await checkPermissions(paths, environment);
    expect(finding).toMatchObject({
      severity: 'error',
      message: `${paths.launcherConfigFile} belongs to another user.`,
    });
    const plan = await permissionsRepair.plan(await gatherFacts({ paths, environment }), paths.launcherConfigFile);
    expect(plan).toMatchObject({ state: 'by-hand' });
  });

  it.runIf(isRoot)('is not a home of a person that root looks after', async () => {
    const { paths, environment } = aHome({ 'launcher-config.json': {} });
    for (const path of [paths.home, paths.launcherConfigFile]) chownSync(path, STRANGER, STRANGER);
    expect(await checkPermissions(paths, environment)).toEqual([]);
  });

  it('is repaired only while the file is as it was seen, and never through a link', async () => {
    const { paths, environment } = aHome({ 'launcher-config.json': {} });
    chmodSync(paths.launcherConfigFile, 0o644);
    const facts = await gatherFacts({ paths, environment });
    const plan = await permissionsRepair.plan(facts, paths.launcherConfigFile);
    if (plan.state !== 'ready') throw new Error(plan.state);
    expect(plan.diff).toEqual([`- ${paths.launcherConfigFile}: mode 644`, `+ ${paths.launcherConfigFile}: mode 600`]);
    chmodSync(paths.launcherConfigFile, 0o604);
    expect(await plan.apply()).toMatchObject({ state: 'conflict' });
    expect(statSync(paths.launcherConfigFile).mode & 0o777).toBe(0o604);

    const link = aHome();
    symlinkSync(paths.launcherConfigFile, link.paths.launcherConfigFile);
    expect(await checkPermissions(link.paths, link.environment)).toEqual([]);
  });
});
