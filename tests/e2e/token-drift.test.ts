import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { api } from '../support/api.ts';
import { cli } from '../support/cli.ts';
import { doctor, type ToldReport } from '../support/doctor.ts';
import { allFilesBelow, readHomeJson, writeHomeFile } from '../support/home.ts';
import { aLegacyService, type LegacyService } from '../support/legacy-service.ts';
import { built, pidRecord, run, until } from '../support/processes.ts';

const UNIT_TOKEN = 'unit-token-of-last-year';
const FILE_TOKEN = 'file-token-of-this-year';
const SHELL_TOKEN = 'shell-token-of-nobody';
const SECRETS = new RegExp([UNIT_TOKEN, FILE_TOKEN, SHELL_TOKEN].join('|'));

/** `doctor` in the shell of the person, where a third token is left over. */
const inShell = ({ person, home }: LegacyService, ...args: string[]): Promise<ToldReport> =>
  doctor(home, args, { ...person.env, PICOCLAW_LAUNCHER_TOKEN: SHELL_TOKEN });

async function signsIn(url: string, token: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/login`, { method: 'POST', headers, body: JSON.stringify({ token }) })).ok;
}

const fingerprintIn = (lines: readonly string[] = [], near: string): string | undefined =>
  lines
    .map((line) => line.split(near)[1])
    .flatMap((rest) => /fingerprint ([0-9a-f]{8})/.exec(rest ?? '')?.[1] ?? [])[0];

describe('a token in a service unit that went stale', () => {
  it('is found, taken out, and everybody gets in again with the token of the file', async () => {
    const service = await aLegacyService();
    const { home, url, person } = service;
    const unit = service.writeUnit('launcher', { PICOCLAW_LAUNCHER_TOKEN: UNIT_TOKEN });
    await service.start('launcher');
    // Rotated in the file, which the process does not look at; and a third one lies about.
    writeHomeFile(home, 'launcher-config.json', {
      ...readHomeJson(home, 'launcher-config.json'),
      launcher_token: FILE_TOKEN,
    });
    writeHomeFile(home, '.env', `PICOCLAW_LAUNCHER_TOKEN=${SHELL_TOKEN}\n`);

    const before = await inShell(service);
    expect(before).toMatchObject({
      exitCode: 1,
      codes: ['token-drift', 'embedded-token', 'unit-outdated'].toSorted(bySeverity(before)),
    });
    const where = `${unit}: Environment=PICOCLAW_LAUNCHER_TOKEN`;
    const drift = before.find('token-drift')?.evidence;
    // The same evidence: it is the unit's token that the running process accepts.
    expect(drift?.find((line) => line.startsWith('accepts: '))).toContain(where);
    expect(fingerprintIn(drift, where)).toBe(fingerprintIn(before.find('embedded-token')?.evidence, where));
    expect(drift?.find((line) => line.startsWith('should accept: '))).toContain('launcher-config.json: launcher_token');
    expect(await signsIn(url, FILE_TOKEN)).toBe(false);
    const shell = { ...person.env, PICOCLAW_HOME: home, PICOCLAW_LAUNCHER_TOKEN: SHELL_TOKEN };
    // Whoever asks, and by whichever command, is told the same.
    const found = [before.find('token-drift'), before.find('embedded-token')];
    // The channel token still opens the chat, which is all that `connect` is asked for.
    for (const [command, code] of Object.entries({ status: 4, connect: 0 })) {
      const told = await cli([command, '--json'], { home, env: shell });
      expect(told.code, command).toBe(code);
      expect(JSON.parse(told.stdout).findings, command).toEqual(found);
      expect(told.stdout).not.toMatch(SECRETS);
    }
    const { stdout: text } = await cli(['status'], { home, env: shell });
    for (const line of found.flatMap((finding) => finding?.evidence ?? [])) expect(text).toContain(line);

    const repaired = await inShell(service, '--repair', '--yes');
    expect(repaired.output).not.toMatch(SECRETS);
    expect(repaired).toMatchObject({ exitCode: 0, codes: [], repairs: [{ state: 'repaired', target: unit }] });
    expect(repaired.repairs[0]?.detail).toContain(`a sign-in at ${url} works`);
    expect([await signsIn(url, FILE_TOKEN), await signsIn(url, UNIT_TOKEN)]).toEqual([true, false]);
    expect(readHomeJson(home, 'launcher-config.json')).toMatchObject({
      launcher_token: FILE_TOKEN,
      mine: { kept: true },
    });
    const holders = (token: string) =>
      [...allFilesBelow(person.home)].filter(([, text]) => text.includes(token)).map(([name]) => name);
    expect(holders(UNIT_TOKEN)).toEqual([]);
    expect(holders(FILE_TOKEN)).toEqual(['.picoclaw/launcher-config.json']);
    expect(holders(SHELL_TOKEN)).toEqual(['.picoclaw/.env']);
    expect(statSync(unit).mode & 0o777).toBe(0o600);

    const again = await inShell(service, '--repair', '--yes');
    expect(again).toMatchObject({ exitCode: 0, codes: [], repairs: [] });
  });

  it('is kept where the files have none: the one that the running process accepts', async () => {
    const service = await aLegacyService();
    service.writeUnit('launcher', {
      PICOCLAW_LAUNCHER_TOKEN: UNIT_TOKEN,
      PICOCLAW_GATEWAY_TOKEN: 'channel-token-of-old',
    });
    await service.start('launcher');
    // Edited after the start: nobody knows this one.
    const unit = service.writeUnit('launcher', {
      PICOCLAW_LAUNCHER_TOKEN: 'never-started-with-this',
      PICOCLAW_GATEWAY_TOKEN: 'channel-token-of-old',
    });
    const repaired = await inShell(service, '--repair', '--yes');
    expect(repaired).toMatchObject({ exitCode: 0, codes: [], repairs: [{ state: 'repaired' }] });
    expect(readHomeJson(service.home, 'launcher-config.json')).toMatchObject({
      launcher_token: UNIT_TOKEN,
      mine: { kept: true },
    });
    expect(readFileSync(join(service.home, '.security.yml'), 'utf8')).toContain('channel-token-of-old');
    expect(readFileSync(unit, 'utf8')).not.toContain('TOKEN');
    expect(await signsIn(service.url, UNIT_TOKEN)).toBe(true);
    expect(await inShell(service)).toMatchObject({ exitCode: 0, codes: [] });
  });

  it('is only taken out where the file has the same: not a byte of the files changes', async () => {
    const service = await aLegacyService({ launcher: { launcher_token: UNIT_TOKEN } });
    const unit = service.writeUnit('launcher', { PICOCLAW_LAUNCHER_TOKEN: UNIT_TOKEN });
    await service.start('launcher');
    const file = join(service.home, 'launcher-config.json');
    const before = readFileSync(file, 'utf8');
    expect((await inShell(service)).codes).toEqual(['embedded-token', 'unit-outdated']);
    expect(await inShell(service, '--repair', '--yes')).toMatchObject({ exitCode: 0, codes: [] });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(readFileSync(unit, 'utf8')).not.toContain(UNIT_TOKEN);
  });

  it('goes into each file from each unit in one run: a later repair does not write back what the first has changed', async () => {
    const service = await aLegacyService({ launcher: { gateway_mode: 'external' } });
    service.writeUnit('launcher', {
      PICOCLAW_LAUNCHER_TOKEN: UNIT_TOKEN,
      PICOCLAW_GATEWAY_TOKEN: 'channel-token-of-old',
    });
    service.writeUnit('gateway', {
      PICOCLAW_LAUNCHER_TOKEN: UNIT_TOKEN,
      PICOCLAW_GATEWAY_TOKEN: 'channel-token-of-old',
    });
    await service.start('gateway');
    await service.start('launcher');
    const repaired = await inShell(service, '--repair', '--yes');
    expect(repaired.repairs.map(({ state, detail }) => `${state}: ${detail}`)).toEqual([
      expect.stringMatching(/^repaired: .*its channel opens$/),
      expect.stringMatching(/^repaired: .*a sign-in at .* works$/),
    ]);
    expect(readHomeJson(service.home, 'launcher-config.json')).toMatchObject({
      launcher_token: UNIT_TOKEN,
      gateway_mode: 'external',
    });
    expect(readFileSync(join(service.home, '.security.yml'), 'utf8')).toContain('channel-token-of-old');
    expect(await inShell(service, '--repair', '--yes')).toMatchObject({ repairs: [] });
  });

  it('of a service that no manager runs is taken out all the same, and what is left to do is said', async () => {
    const service = await aLegacyService({ withManagers: false });
    const unit = service.writeUnit('launcher', { PICOCLAW_LAUNCHER_TOKEN: UNIT_TOKEN });
    const repaired = await inShell(service, '--repair', '--yes');
    expect(repaired).toMatchObject({ exitCode: 0, codes: [], repairs: [{ state: 'repaired' }] });
    expect(repaired.repairs[0]?.detail).toMatch(/could not be started: .*By hand: PICOCLAW_HOME=/);
    expect(readFileSync(unit, 'utf8')).not.toContain(UNIT_TOKEN);
    expect(readHomeJson(service.home, 'launcher-config.json')).toMatchObject({ launcher_token: UNIT_TOKEN });
  });
});

it('of a service that no manager can restart is still what runs: that is said, and is no success', async () => {
  const service = await aLegacyService({ withManagers: false, launcher: { launcher_token: FILE_TOKEN } });
  const unit = service.writeUnit('launcher', { PICOCLAW_LAUNCHER_TOKEN: UNIT_TOKEN });
  // As a manager would have done, before it went away.
  const env = { HOME: service.person.home, PICOCLAW_HOME: '', PICOCLAW_LAUNCHER_TOKEN: UNIT_TOKEN };
  const running = run(built('cli.js'), { home: service.home, args: ['--no-browser'], env });
  await until(() => signsIn(service.url, UNIT_TOKEN).catch(() => false), running.output);
  const repaired = await inShell(service, '--repair', '--yes');
  expect(repaired).toMatchObject({ exitCode: 1, repairs: [{ state: 'failed', target: unit }] });
  expect(repaired.repairs[0]?.detail).toMatch(
    /the launcher that runs still has another token: end it, then PICOCLAW_HOME=/,
  );
  expect(readFileSync(unit, 'utf8')).not.toContain(UNIT_TOKEN);
});

describe('nothing is changed anywhere', () => {
  const mayMount = spawnSync('unshare', ['-rm', 'true']).status === 0;

  it.runIf(mayMount)('where the unit cannot be written', async () => {
    const service = await aLegacyService();
    const { person, home } = service;
    const unit = service.writeUnit('launcher', { PICOCLAW_LAUNCHER_TOKEN: UNIT_TOKEN });
    const before = [...allFilesBelow(person.home)];
    const folder = person.unitFolder;
    const script = `mount --bind "${folder}" "${folder}" && mount -o remount,ro,bind "${folder}" && exec "$@"`;
    const command = [process.execPath, built('cli.js'), 'doctor', '--repair', '--yes', '--json'];
    const { status, stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', ...command], {
      env: { ...person.env, PICOCLAW_HOME: home },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    const { repairs } = JSON.parse(stdout) as Pick<ToldReport, 'repairs'>;
    expect(repairs[0]).toMatchObject({ state: 'failed', target: unit });
    expect(repairs[0]?.detail).toContain(`${unit} cannot be written`);
    expect([...allFilesBelow(person.home)]).toEqual(before);
  });

  it('where a file is half written', async () => {
    const service = await aLegacyService();
    const { person, home } = service;
    service.writeUnit('launcher', { PICOCLAW_LAUNCHER_TOKEN: UNIT_TOKEN });
    writeFileSync(join(home, 'config.json'), '{"gateway": {"port": 1');
    const before = [...allFilesBelow(person.home)];
    const report = await inShell(service, '--repair', '--yes');
    expect(report).toMatchObject({ exitCode: 78, repairs: [] });
    expect(report.codes).toContain('embedded-token');
    expect([...allFilesBelow(person.home)]).toEqual(before);
  });

  it('by a secret of which nobody can tell where it belongs', async () => {
    const service = await aLegacyService();
    const unit = service.writeUnit('launcher', { OPENAI_API_KEY: 'sk-of-somebody-0123456789' });
    const before = readFileSync(unit, 'utf8');
    const report = await inShell(service, '--repair', '--yes');
    expect(report).toMatchObject({ exitCode: 1 });
    expect(report.repairs.map(({ state }) => state)).toEqual(['by-hand', 'by-hand']);
    expect(report.repairs[0]?.detail).toContain('Environment=OPENAI_API_KEY');
    expect(readFileSync(unit, 'utf8')).toBe(before);
  });
});

it('nothing of a repaired service still holds the old token: no process, no command line', async () => {
  const service = await aLegacyService({ launcher: { launcher_token: FILE_TOKEN } });
  service.writeUnit('launcher', { PICOCLAW_LAUNCHER_TOKEN: UNIT_TOKEN });
  await service.start('launcher');
  const first = pidRecord(service.home)?.pid;
  await inShell(service, '--repair', '--yes');
  const { pid } = await api(service.url, FILE_TOKEN).status();
  expect(pid).not.toBe(first);
  const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  const files = [pid, parent].flatMap((one) => [`/proc/${one}/environ`, `/proc/${one}/cmdline`]);
  const texts = files.map((file) => readFileSync(file, 'latin1')).join('\n');
  expect(texts).toContain('PICOCLAW_SERVICE_KIND=launcher');
  for (const token of [UNIT_TOKEN, FILE_TOKEN, SHELL_TOKEN]) expect(texts).not.toContain(token);
});

/** Sorts codes as the report has them. */
function bySeverity({ codes }: ToldReport) {
  return (left: string, right: string) => codes.indexOf(left) - codes.indexOf(right);
}
