import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allFilesBelow, readHomeJson, writeHomeFile } from '../support/home.ts';
import { built, isAlive, run as runProgram, until } from '../support/processes.ts';
import { aServedPerson, type Kind, type ManagerName, type ServedPerson } from '../support/service.ts';

const FILE_TOKEN = 'file-token-correct-horse';
const SHELL_TOKEN = 'shell-token-battery-staple';

const analyze = process.env['SYSTEMD_ANALYZE_PATH'] ?? '';

interface Told {
  readonly code: number | string;
  readonly warnings: readonly string[];
  readonly [key: string]: unknown;
}

/** What a `--json` command said. */
async function told(
  served: ServedPerson,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const { code, stdout, stderr } = await served.run([...args, '--json'], env);
  expect(stdout, stderr).toMatch(/^\{/);
  return { ...(JSON.parse(stdout) as Told), code };
}

const answers = (url: string) =>
  fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

function urlOf({ port, gatewayPort }: ServedPerson, kind: Kind): string {
  return `http://127.0.0.1:${kind === 'launcher' ? port : gatewayPort}`;
}

async function stateOf(served: ServedPerson, kind: Kind) {
  const { code, services } = await told(served, ['service', 'status', '--kind', kind]);
  const [state] = services as (Record<string, unknown> & { readonly pid: number })[];
  return { code, pid: 0, ...state };
}

/** What somebody else wrote by hand, and a service of that name. */
function writeByHand(served: ServedPerson, lines: readonly string[]): string {
  const unit = served.unitFile('launcher');
  mkdirSync(dirname(unit), { recursive: true });
  const program = 'ExecStart="/usr/bin/picoclaw-launcher-of-old" "-public"';
  const home = `Environment="HOME=${served.person.home}"`;
  writeFileSync(unit, ['[Service]', program, home, ...lines, ''].join('\n'));
  return unit;
}

describe.each<[ManagerName, Kind]>([
  ['systemd', 'launcher'],
  ['systemd', 'gateway'],
  ['launchd', 'launcher'],
  ['launchd', 'gateway'],
])('with %s, the %s', (manager, kind) => {
  it('is installed, restarted, stopped, started and removed, and says so by text, JSON and exit code', async () => {
    const served = await aServedPerson(manager, { launcher: { launcher_token: FILE_TOKEN } });
    const { run, person, home } = served;
    const [unit, url, of] = [served.unitFile(kind), urlOf(served, kind), ['--kind', kind]];
    expect(await run(['service', 'status', ...of])).toMatchObject({ code: 3, stdout: `${kind}: not installed\n` });
    expect(await run(['service', 'start', ...of])).toMatchObject({ code: 3 });

    const installed = await told(served, ['service', 'install', ...of]);
    expect(installed).toMatchObject({ code: 0, ...{ kind, manager, unit, changed: true }, state: 'running' });
    expect(installed).toMatchObject({ tokens: [], warnings: [], findings: [] });
    await until(() => answers(url));
    expect(statSync(unit).mode & 0o777).toBe(0o600);
    const first = await stateOf(served, kind);
    const restart = manager === 'systemd' ? 'on-failure, except after exit code 75 and 78' : 'on-failure';
    expect(first).toMatchObject({ code: 0, manager, unit, installed: true, enabled: true, restart, state: 'running' });
    expect((await run(['service', 'status', ...of])).stdout).toContain(`${kind}: runs, pid ${first.pid}`);
    expect(await told(served, ['service', 'audit'])).toMatchObject({ code: 0, units: [{ kind }], findings: [] });

    const before = [...allFilesBelow(person.home)].filter(([name]) => !name.includes('logs/'));
    const { mtimeMs, ino } = statSync(unit);
    const again = await told(served, ['service', 'install', ...of]);
    expect(again).toMatchObject({ code: 0, changed: false, state: 'running', pid: first.pid });
    expect(statSync(unit)).toMatchObject({ mtimeMs, ino });
    expect([...allFilesBelow(person.home)].filter(([name]) => !name.includes('logs/'))).toEqual(before);

    expect(await run(['service', 'restart', ...of])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`^The service of the ${kind} runs, pid `),
    });
    expect(isAlive(first.pid)).toBe(false);
    await until(() => answers(url));
    expect(await run(['service', 'stop', ...of])).toMatchObject({
      code: 0,
      stdout: `The service of the ${kind} does not run.\n`,
    });
    expect(await answers(url)).toBe(false);
    expect(await stateOf(served, kind)).toMatchObject({ code: 3, installed: true, state: 'stopped' });
    expect(await run(['service', 'stop', ...of])).toMatchObject({ code: 0 });
    expect(await run(['service', 'start', ...of])).toMatchObject({ code: 0 });
    await until(() => answers(url));

    const configuration = () => ['launcher-config.json', 'config.json'].map((name) => readHomeJson(home, name));
    const kept = configuration();
    expect(await run(['service', 'uninstall', ...of])).toMatchObject({
      code: 0,
      stdout: `The service of the ${kind} is removed.\n`,
    });
    expect(await answers(url)).toBe(false);
    // Nothing of it is left, and the home is as it was.
    expect([...allFilesBelow(person.home).keys()].filter((name) => !name.startsWith('.picoclaw/'))).toEqual([]);
    expect(configuration()).toEqual(kept);
    expect(existsSync(join(home, 'logs'))).toBe(true);
    expect(await run(['service', 'uninstall', ...of])).toMatchObject({
      code: 0,
      stdout: `There is no service of the ${kind}.\n`,
    });
  });
});

it.runIf(analyze !== '')('systemd itself finds nothing wrong with the units that were installed', async () => {
  const served = await aServedPerson('systemd');
  for (const kind of ['launcher', 'gateway'] as const) {
    expect(await served.run(['service', 'install', '--no-start', '--kind', kind])).toMatchObject({ code: 0 });
    const { status, stderr } = spawnSync(analyze, ['--user', 'verify', '--man=no', served.unitFile(kind)], {
      encoding: 'utf8',
      env: { ...served.person.env },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }
});

describe('a service that does not stay', () => {
  it('because the configuration is wrong is not installed at all', async () => {
    const served = await aServedPerson('systemd');
    writeHomeFile(served.home, 'config.json', { gateway: { port: 'high' } });
    const { code, stderr } = await served.run(['service', 'install']);
    expect(code).toBe(78);
    expect(stderr).toContain('gateway.port');
    expect(existsSync(served.unitFile('launcher'))).toBe(false);
  });

  it('because somebody has its port: 1, with the exit code of the service', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void holder.close());
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const served = await aServedPerson('systemd', { launcher: { port }, gateway: { port } });
    for (const kind of ['launcher', 'gateway'] as const) {
      const installed = await told(served, ['service', 'install', '--kind', kind]);
      expect(installed).toMatchObject({ code: 1, state: 'failed', exit_code: 78 });
      expect(await served.run(['service', 'start', '--kind', kind])).toMatchObject({
        code: 1,
        stdout: expect.stringContaining('failed with exit code 78'),
      });
    }
  });

  it('because it runs already by hand: 75', async () => {
    const served = await aServedPerson('systemd');
    const byHand = runProgram(built('cli.js'), { ...served, args: ['gateway'], env: served.person.env });
    await until(() => answers(urlOf(served, 'gateway')), byHand.output);
    const installed = await told(served, ['service', 'install', '--kind', 'gateway']);
    expect(installed).toMatchObject({ code: 1, state: 'failed', exit_code: 75 });
  });
});

describe('a token of the shell', () => {
  it.each(['systemd', 'launchd'] as const)(
    'goes into the files, and only then is the unit of %s written',
    async (manager) => {
      const served = await aServedPerson(manager);
      const unit = served.unitFile('launcher');
      mkdirSync(dirname(unit), { recursive: true });
      const seen: string[] = [];
      const note = (_event: string, name: string | null) => {
        if (name && /^(launcher-config\.json|\.security\.yml|.*launcher\.(service|plist))$/.test(name)) seen.push(name);
      };
      // One queue of the kernel for all folders, so the order is the real one.
      const watchers = [served.home, dirname(unit)].map((folder) => watch(folder, note));
      onTestFinished(() => {
        for (const watcher of watchers) watcher.close();
      });
      const env = { PICOCLAW_LAUNCHER_TOKEN: SHELL_TOKEN, PICOCLAW_GATEWAY_TOKEN: 'channel-token-of-the-shell' };
      const installed = await told(served, ['service', 'install', '--no-start'], env);
      expect(installed).toMatchObject({
        code: 0,
        tokens: [
          { purpose: 'launcher', from: 'PICOCLAW_LAUNCHER_TOKEN', outcome: 'stored' },
          { purpose: 'channel', from: 'PICOCLAW_GATEWAY_TOKEN', outcome: 'stored' },
        ],
      });
      await until(() => seen.some((name) => unit.endsWith(name)));
      const firstOfUnit = seen.findIndex((name) => unit.endsWith(name) && !name.startsWith('.'));
      for (const store of ['launcher-config.json', '.security.yml']) {
        expect(seen.lastIndexOf(store), seen.join()).toBeGreaterThanOrEqual(0);
        expect(seen.lastIndexOf(store), seen.join()).toBeLessThan(firstOfUnit);
      }
      expect(readHomeJson(served.home, 'launcher-config.json')).toMatchObject({
        launcher_token: SHELL_TOKEN,
        mine: { kept: true },
      });
      expect(readFileSync(unit, 'utf8')).not.toMatch(/token-/);
    },
  );

  it('that cannot be stored leaves no unit; a unit that cannot be written leaves no token', async () => {
    const served = await aServedPerson('systemd');
    const unit = served.unitFile('launcher');
    const env = { PICOCLAW_LAUNCHER_TOKEN: SHELL_TOKEN };
    mkdirSync(join(served.home, '.security.yml'));
    expect(await served.run(['service', 'install'], env)).toMatchObject({ code: 78 });
    expect([...allFilesBelow(served.person.home).keys()].filter((name) => name.startsWith('.config'))).toEqual([]);
    expect(existsSync(dirname(unit))).toBe(false);

    const other = await aServedPerson('systemd');
    mkdirSync(other.unitFile('launcher'), { recursive: true });
    const before = [...allFilesBelow(other.person.home)];
    const { code, stderr } = await other.run(['service', 'install'], env);
    expect(code).toBe(78);
    expect(stderr).toContain(`${other.unitFile('launcher')} cannot be written`);
    expect([...allFilesBelow(other.person.home)]).toEqual(before);
  });

  it('beats the file, but not a reference; one that is given by file stays a reference', async () => {
    const served = await aServedPerson('systemd', { launcher: { launcher_token: FILE_TOKEN } });
    const inFile = () => readHomeJson(served.home, 'launcher-config.json')['launcher_token'];
    const install = (env: Readonly<Record<string, string>>, ...args: string[]) =>
      told(served, ['service', 'install', '--no-start', ...args], env);
    expect(await install({ PICOCLAW_LAUNCHER_TOKEN: FILE_TOKEN })).toMatchObject({
      tokens: [{ outcome: 'unchanged' }],
    });
    expect(await install({ PICOCLAW_LAUNCHER_TOKEN: SHELL_TOKEN })).toMatchObject({
      tokens: [{ outcome: 'replaced' }],
    });
    expect(inFile()).toBe(SHELL_TOKEN);

    const secret = join(served.person.home, '.env.secret');
    writeFileSync(secret, `${FILE_TOKEN}\n`, { mode: 0o600 });
    expect(await install({ PICOCLAW_LAUNCHER_TOKEN_FILE: secret })).toMatchObject({
      tokens: [{ outcome: 'replaced' }],
    });
    expect(inFile()).toBe(`file://${secret}`);
    const differs = await install({ PICOCLAW_LAUNCHER_TOKEN: SHELL_TOKEN });
    expect(differs).toMatchObject({ code: 0, tokens: [{ outcome: 'reference' }] });
    expect(inFile()).toBe(`file://${secret}`);

    const variable = { SOME_VARIABLE: FILE_TOKEN };
    writeHomeFile(served.home, 'launcher-config.json', { port: served.port, launcher_token: 'env://SOME_VARIABLE' });
    const byVariable = await install(variable);
    expect(inFile()).toBe('env://SOME_VARIABLE');
    expect(byVariable.warnings.join()).toContain('SOME_VARIABLE');
    // One that leads nowhere fails closed.
    expect(await served.run(['service', 'install'])).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('SOME_VARIABLE'),
    });
    expect([...allFilesBelow(served.person.unitFolder).values()].join()).not.toMatch(/SOME_VARIABLE|-token-/);
  });

  it('can come by --token-file, which has to exist', async () => {
    const served = await aServedPerson('systemd');
    const missing = await served.run(['service', 'install', '--token-file', '/nowhere/token']);
    expect(missing).toMatchObject({ code: 78, stderr: expect.stringContaining('/nowhere/token') });
    expect(existsSync(served.unitFile('launcher'))).toBe(false);
    const file = join(served.person.home, '.env.token');
    writeFileSync(file, `${SHELL_TOKEN}\n`);
    const env = { PICOCLAW_LAUNCHER_TOKEN: 'not-this-one-of-the-shell' };
    expect(await told(served, ['service', 'install', '--no-start', '--token-file', file], env)).toMatchObject({
      tokens: [{ purpose: 'launcher', from: '--token-file', outcome: 'stored' }],
    });
    expect(readHomeJson(served.home, 'launcher-config.json')['launcher_token']).toBe(SHELL_TOKEN);
  });

  it('and all other settings of it are not baked into the unit; which ones are left out is said', async () => {
    const served = await aServedPerson('systemd');
    const env = {
      PICOCLAW_LAUNCHER_PORT: '4711',
      HTTPS_PROXY: 'http://proxy.example:1',
      OPENAI_API_KEY: 'sk-of-shell',
    };
    const { warnings } = await told(served, ['service', 'install', '--no-start'], env);
    expect(warnings).toEqual([expect.stringContaining('PICOCLAW_LAUNCHER_PORT')]);
    expect(readFileSync(served.unitFile('launcher'), 'utf8')).not.toMatch(/4711|proxy|sk-of-shell|KEY/i);
  });
});

describe('a unit of somebody else', () => {
  it('is replaced, and what is gone with it is said', async () => {
    const served = await aServedPerson('systemd', { launcher: { launcher_token: FILE_TOKEN } });
    const secret = 'Environment="PICOCLAW_LAUNCHER_TOKEN=unit-token-of-last-year"';
    const unit = writeByHand(served, ['Environment=PICOCLAW_LAUNCHER_PORT=4711', secret]);
    expect(await told(served, ['service', 'audit'])).toMatchObject({
      code: 1,
      findings: [{ code: 'embedded-token' }, { code: 'program-missing' }, { code: 'unit-outdated' }],
    });
    const { stdout } = await served.run(['service', 'install', '--no-start']);
    expect(stdout).toContain(
      'a unit that another program had written; it started /usr/bin/picoclaw-launcher-of-old -public',
    );
    expect(stdout).toContain('The unit before set PICOCLAW_LAUNCHER_PORT, --public');
    expect(stdout).toContain('The unit before held secrets (Environment=PICOCLAW_LAUNCHER_TOKEN)');
    expect(stdout).not.toContain('unit-token-of-last-year');
    expect(readFileSync(unit, 'utf8')).toContain('TemplateVersion=');
    expect(await told(served, ['service', 'audit'])).toMatchObject({ code: 0, findings: [] });
    expect((await told(served, ['service', 'install', '--no-start'])).warnings).toEqual([]);
  });

  it('that holds the only token there is stays, until it is known which token counts', async () => {
    const served = await aServedPerson('systemd');
    writeByHand(served, ['Environment=PICOCLAW_LAUNCHER_TOKEN=unit-token-of-last-year']);
    const before = [...allFilesBelow(served.person.home)];
    const { code, stderr } = await served.run(['service', 'install']);
    expect(code).toBe(78);
    expect(stderr).toMatch(/holds the only launcher token that there is.*\n.*doctor --repair/);
    expect([...allFilesBelow(served.person.home)]).toEqual(before);
    const given = await told(served, ['service', 'install', '--no-start'], { PICOCLAW_LAUNCHER_TOKEN: SHELL_TOKEN });
    expect(given).toMatchObject({ code: 0, changed: true });
  });
});

describe.each(['systemd', 'launchd'] as const)('where %s does not answer', (manager) => {
  it('everything is written, and what it takes to start it by hand works as it is printed', async () => {
    const served = await aServedPerson(manager, { withManagers: false });
    const installed = await told(served, ['service', 'install'], { PICOCLAW_LAUNCHER_TOKEN: SHELL_TOKEN });
    expect(installed).toMatchObject({
      code: 0,
      changed: true,
      not_started: expect.stringContaining('Failed to connect'),
    });
    expect(existsSync(served.unitFile('launcher'))).toBe(true);
    expect(readHomeJson(served.home, 'launcher-config.json')['launcher_token']).toBe(SHELL_TOKEN);
    const again = await served.run(['service', 'install']);
    expect(again.stdout).toContain(`was installed already: ${served.unitFile('launcher')}`);
    expect(again.stdout).toContain(`by hand:\n  ${installed['by_hand']}`);

    expect(await stateOf(served, 'launcher')).toMatchObject({ code: 3, installed: true, state: 'unknown' });
    expect(await served.run(['service', 'audit'])).toMatchObject({ code: 0 });
    for (const order of ['start', 'stop', 'restart']) {
      const { code, stderr } = await served.run(['service', order]);
      expect([order, code]).toEqual([order, 78]);
      expect(stderr.includes(String(installed['by_hand']))).toBe(order !== 'stop');
    }
    const byHand = spawn('/bin/sh', ['-c', String(installed['by_hand'])], {
      ...{ env: { HOME: served.person.home }, detached: true, stdio: 'ignore' },
    });
    const ended = once(byHand, 'exit');
    await until(() => answers(urlOf(served, 'launcher')));
    process.kill(-(byHand.pid ?? 0), 'SIGTERM');
    await ended;
    await until(async () => !(await answers(urlOf(served, 'launcher'))));

    const removed = await served.run(['service', 'uninstall']);
    expect(removed).toMatchObject({ code: 0, stderr: expect.stringContaining('If it runs, it goes on') });
    expect(existsSync(served.unitFile('launcher'))).toBe(false);
    expect(readHomeJson(served.home, 'launcher-config.json')['launcher_token']).toBe(SHELL_TOKEN);
  });
});
