import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { freePort, freshHome, writeHomeFile } from '../support/home.ts';
import { built, run, until } from '../support/processes.ts';

it('names every command in its help', async () => {
  const home = freshHome();
  const { code, stdout } = await cli(['--help'], { home });
  expect(code).toBe(0);
  const [, names = ''] = /Commands.*:\n +(.*)/.exec(stdout) ?? [];
  const { stderr } = await cli(['nonsense'], { home });
  expect(stderr).toContain(`There are: ${names}.`);
  for (const name of names.split(', ')) expect((await cli([name, '--help'], { home })).stdout).toContain('Examples:');
});

describe('a mistyped word', () => {
  it.each([
    [['statsu'], 'Did you mean "status"?'],
    [['Status'], 'Did you mean "status"?'],
    [['restrat'], 'Did you mean "gateway restart"?'],
    [['install'], 'Did you mean "service install"?'],
    [['--json', 'status'], 'The command comes first: picoclaw-launcher status --json'],
    [['--debug', 'gateway'], 'The command comes first: picoclaw-launcher gateway --debug'],
    [['status', 'everything'], 'too many arguments'],
    [['-prot', '18800'], 'Did you mean --port?'],
    [['-port', 'abc'], 'It is a number from 1 to 65535.'],
    [['-lang', 'de'], 'Allowed choices are en, zh.'],
    [['gateway', '--prot', '1'], 'Did you mean --port?'],
    [['service', 'instal'], 'Did you mean install?'],
    [['service', 'install', '-kind', 'luncher'], 'Allowed choices are launcher, gateway.'],
    [['token', 'shwo'], 'Did you mean show?'],
    [['token', 'rotate', '--chanel'], 'Did you mean --channel?'],
    [['doctor', '--repiar'], 'Did you mean --repair?'],
    [['doctor', '--only', 'token-drif'], 'Did you mean "token-drift"?'],
    [['connect', '--orign', 'x'], 'Did you mean --origin?'],
    [['connect', '--url', 'localhost:18800'], 'ws://localhost:18800'],
    [['tui', '--colour'], "unknown option '--colour'"],
    [['gateway', 'stpo'], 'Did you mean stop?'],
    [['gateway', 'status', '--jsno'], 'Did you mean --json?'],
    [['--no-browsr'], 'Did you mean --no-browser?'],
    [['gateway', 'logs', '-n', 'many'], '--lines is a number'],
  ])('%j is refused with the right one', async (args, hint) => {
    const outcome = await cli(args, { home: freshHome() });
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain(hint);
  });
});

it('a configuration file that is mistyped is refused, and no other home is begun where one stands', async () => {
  const home = freshHome();
  writeHomeFile(home, 'config.json', {});
  for (const [args, hint] of [
    [['confg.json'], 'Did you mean config.json?'],
    [['-no-browser', 'config.jsn'], 'ends in .json'],
  ] as const) {
    const { code, stderr } = await cli(args, { home });
    expect([code, stderr]).toEqual([2, expect.stringContaining(hint)]);
  }
  expect(readdirSync(home)).toEqual(['config.json']);
});

describe('help', () => {
  it.each([
    [['help'], ['--help']],
    [['-help'], ['--help']],
    [
      ['help', 'service'],
      ['service', '--help'],
    ],
    [
      ['service', 'help'],
      ['service', '--help'],
    ],
    [
      ['gateway', '-h'],
      ['gateway', '--help'],
    ],
    [
      ['gateway', '-help'],
      ['gateway', '--help'],
    ],
    [
      ['help', 'gateway', 'run'],
      ['gateway', 'run', '--help'],
    ],
    [['version'], ['--version']],
    [['-version'], ['--version']],
  ])('%j is %j', async (args, usual) => {
    const home = freshHome();
    const [told, wanted] = await Promise.all([cli(args, { home }), cli(usual, { home })]);
    expect(told).toEqual(wanted);
    expect(told.code).toBe(0);
  });
});

describe('without HOME', () => {
  const paths = { HOME: '', USERPROFILE: '' };

  it('it is the home of the account, never the folder one stands in', async () => {
    const home = freshHome();
    const { stdout } = await cli(['status', '--json'], { home, env: { ...paths, PICOCLAW_HOME: '' } });
    expect(JSON.parse(stdout).home).toBe(join(userInfo().homedir, '.picoclaw'));
    expect(readdirSync(home)).toEqual([]);
  });

  const asNobody = ['setpriv', '--reuid', '54321', '--regid', '54321', '--clear-groups'];
  const mayBeNobody = spawnSync(asNobody[0] ?? '', [...asNobody.slice(1), 'true']).status === 0;

  it.runIf(mayBeNobody)('a user of no account is told what to set', () => {
    for (const args of [['status'], ['doctor'], ['--no-browser'], ['gateway']]) {
      const [program = '', ...words] = [...asNobody, process.execPath, built('cli.js'), ...args];
      const env = { PATH: process.env['PATH'] };
      const { status, stderr } = spawnSync(program, words, { cwd: '/', env, encoding: 'utf8', timeout: 20_000 });
      expect([args, status]).toEqual([args, 78]);
      expect(stderr.trim()).toMatch(
        /environment: HOME: is not set, and this user has no home: set HOME or PICOCLAW_HOME$/,
      );
    }
  });
});

it('programs of the desktop get what they are for, and no secret of the shell', async () => {
  const home = freshHome();
  const bin = join(home, 'bin');
  mkdirSync(bin);
  for (const name of ['pbcopy', 'xdg-open']) {
    writeFileSync(
      join(bin, name),
      `#!/bin/sh\n{ env; echo "$@"; [ ${name} = pbcopy ] && cat > "${home}/.env.clipboard"; } > "${home}/${name}.new"\nmv "${home}/${name}.new" "${home}/${name}"\n`,
    );
    chmodSync(join(bin, name), 0o755);
  }
  writeHomeFile(home, 'launcher-config.json', { launcher_token: 'a-token-for-the-clipboard' });
  const env = {
    PATH: [bin, process.env['PATH']].join(delimiter),
    ...{ DISPLAY: ':7', SSH_CONNECTION: '' },
    ...{
      PICOCLAW_GATEWAY_TOKEN: 'shell-secret-one',
      OPENAI_API_KEY: 'shell-secret-two',
      MY_PASSWORD: 'shell-secret-three',
    },
    ...{ PICOCLAW_LAUNCHER_PORT: String(await freePort()), PICOCLAW_GATEWAY_PORT: String(await freePort()) },
  };
  expect(await cli(['token', 'copy'], { home, env })).toMatchObject({ code: 0 });
  const launcher = run(built('cli.js'), { home, env });
  const given = (name: string) => readFileSync(join(home, name), 'utf8');
  await until(() => existsSync(join(home, 'xdg-open')), launcher.output);
  expect(given('.env.clipboard')).toBe('a-token-for-the-clipboard');
  expect(given('xdg-open')).toContain(`http://localhost:${env.PICOCLAW_LAUNCHER_PORT}/`);
  for (const name of ['pbcopy', 'xdg-open']) {
    expect(given(name)).toContain('DISPLAY=:7');
    expect(given(name)).not.toContain('shell-secret');
  }
});
