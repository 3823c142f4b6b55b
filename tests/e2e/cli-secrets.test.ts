import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { allFilesBelow, writeHomeFile } from '../support/home.ts';
import { built, until } from '../support/processes.ts';
import { aServedPerson, type ManagerName, type ServedPerson } from '../support/service.ts';

/** One in each place where people leave them, all different. */
const SECRETS = {
  launcherFile: 'seed-launcher-file-4f1c',
  channelFile: 'seed-channel-file-9a2e',
  modelFile: 'sk-seed-model-file-77d0',
  dotenv: 'seed-dotenv-1b6d',
  launcherShell: 'seed-launcher-shell-c3e8',
  channelShell: 'seed-channel-shell-5f90',
  sessionShell: '5eed5e5510a5e11b0123456789abcdef5eed5e5510a5e11b0123456789abcdef',
  modelShell: 'sk-seed-model-shell-e214',
  proxyShell: 'seed-proxy-shell-83aa',
  launcherUnit: 'seed-launcher-unit-d6b7',
  channelUnit: 'seed-channel-unit-2c59',
} as const;
type Name = keyof typeof SECRETS;

/** What may hold a secret: the files that people or the program store them in. */
const STORES = new Set(
  ['launcher-config.json', '.security.yml', 'config.json', '.env'].map((name) => `.picoclaw/${name}`),
);

const SHELL = {
  PICOCLAW_LAUNCHER_TOKEN: SECRETS.launcherShell,
  PICOCLAW_GATEWAY_TOKEN: SECRETS.channelShell,
  PICOCLAW_SESSION_KEY: SECRETS.sessionShell,
  OPENAI_API_KEY: SECRETS.modelShell,
  HTTPS_PROXY: `http://me:${SECRETS.proxyShell}@127.0.0.1:9`,
};

/** The names of the secrets that stand in a text. */
const namesIn = (text: string) => (Object.keys(SECRETS) as Name[]).filter((name) => text.includes(SECRETS[name]));

/** Where a secret stands that is no store: files of the person and of the manager, and what the manager's client was given. */
function strays({ person, calls }: ServedPerson, stores = STORES): string[] {
  const runtime = dirname(person.env['XDG_RUNTIME_DIR'] ?? '');
  const files = [...allFilesBelow(runtime)].filter(([name]) => !stores.has(name.replace(/^home\//, '')));
  return [...files, ...processesOf(person.home), ['calls', calls()] as const].flatMap(([name, text]) => {
    const names = namesIn(text);
    return names.length === 0 ? [] : [`${name}: ${names.join(', ')}`];
  });
}

/** Argument lists and environments of everything that runs for a person. */
function processesOf(home: string): (readonly [string, string])[] {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'latin1');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => ['cmdline', 'environ'].map((what) => `/proc/${pid}/${what}`))
    .map((file) => [file, read(file)] as const)
    .filter(([, text]) => text.includes(home));
}

function seedFiles({ home }: ServedPerson, port: number, gatewayPort: number): void {
  writeHomeFile(home, 'launcher-config.json', { port, launcher_token: SECRETS.launcherFile });
  writeHomeFile(home, '.security.yml', `channels:\n  pico:\n    token: ${SECRETS.channelFile}\n`);
  writeHomeFile(home, 'config.json', {
    gateway: { port: gatewayPort },
    channels: { pico: { enabled: true } },
    model_list: [{ model_name: 'm', model: 'openai/m', api_keys: [SECRETS.modelFile] }],
  });
  writeHomeFile(home, '.env', `PICOCLAW_LAUNCHER_TOKEN=${SECRETS.dotenv}\n`);
}

/** A unit of old times with both tokens in it, one of them as an argument. */
function seedUnit(served: ServedPerson, manager: ManagerName): void {
  const unit = served.unitFile('launcher');
  const argv = [process.execPath, built('cli.js'), '--no-browser'];
  const env = {
    HOME: served.person.home,
    PATH: process.env['PATH'] ?? '',
    PICOCLAW_LAUNCHER_TOKEN: SECRETS.launcherUnit,
    PICOCLAW_GATEWAY_TOKEN: SECRETS.channelUnit,
  };
  mkdirSync(dirname(unit), { recursive: true });
  const strings = argv.map((word) => `<string>${word}</string>`).join('');
  const pairs = Object.entries(env);
  const text = {
    systemd: () =>
      [
        ...['[Service]', `ExecStart=${argv.map((word) => `"${word}"`).join(' ')}`],
        ...pairs.map(([name, value]) => `Environment="${name}=${value}"`),
        `# Environment="PICOCLAW_LAUNCHER_TOKEN=${SECRETS.launcherUnit}"\n`,
      ].join('\n'),
    launchd: () =>
      `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>
<key>Label</key><string>io.picoclaw.launcher</string><key>RunAtLoad</key><true/><key>ThrottleInterval</key><integer>1</integer>
<key>ProgramArguments</key><array>${strings}</array>
<key>EnvironmentVariables</key><dict>${pairs.map(([name, value]) => `<key>${name}</key><string>${value}</string>`).join('')}</dict>
</dict></plist>\n`,
  };
  writeFileSync(unit, text[manager](), { mode: 0o644 });
}

it.each(['systemd', 'launchd'] as const)(
  'of all secrets that lie about, none gets anywhere by a service of %s',
  async (manager) => {
    const served = await aServedPerson(manager);
    const { run, port, gatewayPort, home } = served;
    seedFiles(served, port, gatewayPort);
    seedUnit(served, manager);
    const said: string[] = [];
    /** Runs a command in the shell that has all of those, and looks everywhere. */
    const then = async (line: string, code: number, stores?: Set<string>) => {
      const { code: got, stdout, stderr } = await run(line.split(' '), SHELL);
      expect(got, `${line}\n${stdout}${stderr}`).toBe(code);
      said.push(stdout, stderr);
      expect(strays(served, stores), line).toEqual([]);
    };
    expect(strays(served)).toHaveLength(1);
    await then('service install', 0);
    await until(() => isUp(port));
    await then('service stop', 0);
    await then('service start', 0);
    await until(() => isUp(port));
    const stored = () => [...STORES].flatMap((name) => namesIn(allFilesBelow(served.person.home).get(name) ?? ''));
    // What the shell had counts from now on, and what was there before is gone.
    expect(stored().toSorted()).toEqual(['channelShell', 'dotenv', 'launcherShell', 'modelFile']);
    await then('token rotate --launcher', 0);
    await then('token rotate --channel', 0);
    expect(stored().toSorted()).toEqual(['dotenv', 'modelFile']);

    seedUnit(served, manager);
    if (manager === 'systemd') {
      await then('doctor --repair --yes', 0);
    } else {
      // On a machine that only passes for a Mac `doctor` sees no process.
      await run(['doctor', '--repair', '--yes'], SHELL);
      expect(strays(served)).toEqual([]);
    }
    expect(stored().toSorted()).toEqual(['dotenv', 'modelFile']);
    await then('service restart', 0);
    await until(() => isUp(port));
    for (const command of ['status', 'connect', 'service audit', 'service status', 'doctor']) {
      const { stdout, stderr } = await run([...command.split(' '), '--json'], SHELL);
      said.push(stdout, stderr);
    }
    await then('service uninstall', 0);
    expect(stored().toSorted()).toEqual(['dotenv', 'modelFile']);
    expect(namesIn(said.join('\n'))).toEqual([]);
    expect(readdirSync(home).filter((name) => /\.(bak|old|orig|tmp)|~$/.test(name))).toEqual([]);
  },
);

const isUp = (port: number) =>
  fetch(`http://127.0.0.1:${port}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
