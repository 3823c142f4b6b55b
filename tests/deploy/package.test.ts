import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { api } from '../support/api.ts';
import { cli } from '../support/cli.ts';
import { freshHome } from '../support/home.ts';
import { installGlobally, packInto } from '../support/package.ts';
import { root, startLauncher, until } from '../support/processes.ts';
import { aServedPerson, type ServedPerson } from '../support/service.ts';

const TOKEN = 'launcher-token-for-tests';
const MAX_BYTES = 5_000_000;
const { version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  engines: object;
};
const NEWER = '98.7.6';

let folder: string;
let file: string;
/** By the name that people call. */
let program: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picoclaw-package-'));
  file = packInto(folder);
  installGlobally(file, join(folder, 'prefix'));
  program = join(folder, 'prefix', 'bin', 'picoclaw-launcher');
});

/** The same package, of a later version. */
function newerPackage(): string {
  const place = join(folder, 'newer');
  mkdirSync(place);
  execFileSync('tar', ['-xzf', file, '-C', place]);
  const content = join(place, 'package');
  const programs = readdirSync(join(content, 'dist')).filter((name) => /\.c?js$/.test(name));
  for (const name of ['package.json', ...programs.map((program) => `dist/${program}`)]) {
    const text = readFileSync(join(content, name), 'utf8');
    // As the build writes it in; of a program that has it in no other form this finds nothing, and the test fails.
    writeFileSync(
      join(content, name),
      text.replaceAll(/(["'`])(\d+\.\d+\.\d+)\1/g, (whole, quote, found) =>
        found === version ? `${quote}${NEWER}${quote}` : whole,
      ),
    );
  }
  const packed = join(place, 'picoclaw-launcher.tgz');
  execFileSync('tar', ['-czf', packed, '-C', place, 'package']);
  return packed;
}

describe('the package', () => {
  it('is small, complete, and depends on nothing', () => {
    expect(statSync(file).size).toBeLessThan(MAX_BYTES);
    const names = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n');
    for (const name of [
      'README.md',
      'LICENSE',
      'dist/cli.js',
      'dist/launcher.cjs',
      'dist/gateway.js',
      'dist/gateway.cjs',
      'dist/licences.txt',
    ])
      expect(names).toContain(`package/${name}`);
    expect(names).toContain('package/dist/dashboard/index.html');
    expect(names.filter((name) => /\.map$|\.ts$|node_modules|\.stamp/.test(name))).toEqual([]);
    const described = JSON.parse(execFileSync('tar', ['-xzOf', file, 'package/package.json'], { encoding: 'utf8' }));
    expect(described).toMatchObject({
      name: 'picoclaw-launcher',
      version,
      engines,
      bin: { 'picoclaw-launcher': 'dist/cli.js' },
    });
    expect(Object.keys(described)).not.toEqual(expect.arrayContaining([expect.stringMatching(/dependencies/i)]));
  });

  it('installs where nothing else is, and runs launcher, gateway and commands', async () => {
    const home = freshHome();
    expect(await cli(['--version'], { home, program })).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    const launcher = await startLauncher({ home, program, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
    expect(await api(launcher.url, TOKEN).status()).toMatchObject({ gateway_status: 'running', owned: true });
    const page = await fetch(`${launcher.url}/login`);
    expect(await page.text()).toContain('<script type="module"');
    const ports = {
      PICOCLAW_LAUNCHER_PORT: String(launcher.port),
      PICOCLAW_GATEWAY_PORT: String(launcher.gatewayPort),
    };
    const status = await cli(['status', '--json'], {
      home,
      program,
      env: { ...ports, PICOCLAW_LAUNCHER_TOKEN: TOKEN },
    });
    expect(status.code, status.stderr).toBe(0);
    // Executable by its own name, as the shell has it.
    const env = { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env['PATH']}` };
    expect(execFileSync(program, ['--version'], { encoding: 'utf8', env })).toBe(`${version}\n`);
  });

  it('is upgraded below a service that runs, which the next restart makes one service of the new version', async () => {
    const served = await aServedPerson('systemd', { program, launcher: { launcher_token: TOKEN } });
    expect(await served.run(['service', 'install'])).toMatchObject({ code: 0 });
    const url = `http://127.0.0.1:${served.port}`;
    await until(() => isRunning(served));
    expect(await runningVersion(served)).toBe(version);
    const unit = readFileSync(served.unitFile('launcher'), 'utf8');

    installGlobally(newerPackage(), join(folder, 'prefix'));
    expect(await served.run(['--version'])).toMatchObject({ stdout: `${NEWER}\n` });
    expect(await runningVersion(served)).toBe(version);
    expect((await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
    const before = processesOf(served);
    expect(before).toHaveLength(2);

    expect(await served.run(['service', 'restart'])).toMatchObject({ code: 0 });
    await until(() => isRunning(served));
    expect(await runningVersion(served)).toBe(NEWER);
    const after = processesOf(served);
    expect(after.map(({ command }) => command)).toEqual(['picoclaw gateway', 'picoclaw launcher']);
    expect(after.map(({ pid }) => pid).filter((pid) => before.some((one) => one.pid === pid))).toEqual([]);
    expect(readFileSync(served.unitFile('launcher'), 'utf8')).toBe(unit);
    expect(await served.run(['service', 'audit'])).toMatchObject({ code: 0 });
    await served.run(['service', 'stop']);
  });
});

async function isRunning({ port }: ServedPerson): Promise<boolean> {
  const status = await api(`http://127.0.0.1:${port}`, TOKEN)
    .status()
    .catch(() => undefined);
  return status?.['gateway_status'] === 'running';
}

/** Of both programs; what they differ in is shown. */
async function runningVersion({ port, home }: ServedPerson): Promise<unknown> {
  const { body } = await api(`http://127.0.0.1:${port}`, TOKEN).get('/api/system/version');
  const { version: ofGateway } = JSON.parse(readFileSync(join(home, '.picoclaw.pid'), 'utf8')) as { version: string };
  return body['version'] === ofGateway ? ofGateway : { launcher: body['version'], gateway: ofGateway };
}

/** The programs that run on this home, whoever started them. */
function processesOf({ home }: ServedPerson): { readonly pid: number; readonly command: string }[] {
  const found = readdirSync('/proc').flatMap((name) => {
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return environment.includes(`PICOCLAW_HOME=${home}`) ? [{ pid: Number(name), command }] : [];
    } catch {
      return [];
    }
  });
  return found.filter(({ command }) => command !== '').sort((one, other) => one.command.localeCompare(other.command));
}
