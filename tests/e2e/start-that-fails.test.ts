import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { api } from '../support/api.ts';
import { allFilesBelow, freePort, freshHome, readHomeJson, writeHomeFile } from '../support/home.ts';
import { built, pidRecord, run, startLauncher } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';

/** Everything that may tell people why: one sentence each, the same in all. */
async function whyNot(options: Parameters<typeof startLauncher>[0]) {
  const launcher = await startLauncher({ ...options, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN, ...options.env } });
  const { status, post } = api(launcher.url, TOKEN);
  const log = () => allFilesBelow(join(options.home, 'logs')).get('launcher.log') ?? '';
  return {
    ...{ launcher, status: await status(), log },
    started: await post('/api/gateway/start?wait=1'),
    printed: /^ {2}Gateway {3}(.*)$/m.exec(launcher.output())?.[1] ?? '',
    /** How often it was tried, which is known when the whole log is written: that is so when its writer has ended. */
    tries: async () => {
      await launcher.kill('SIGTERM');
      return log().match(/gateway_start_failed|gateway_died/g)?.length ?? 0;
    },
  };
}

/** The files that a start may write, as they are now. */
const settings = (home: string) => {
  const files = allFilesBelow(home);
  return Object.fromEntries([...files].filter(([name]) => !name.startsWith('logs/')));
};

describe('a gateway that cannot be started', () => {
  it('because its port is taken: who has it is named, everywhere, and it is not tried again and again', async () => {
    const home = freshHome();
    const holder = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void holder.close());
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const told = await whyNot({ home, gatewayPort: port });
    const reason = told.status['gateway_start_reason'];
    expect(reason).toContain(`port ${port} on 127.0.0.1 is in use by pid ${process.pid}`);
    expect(String(reason)).not.toContain('\n');
    expect(told.status).toMatchObject({ gateway_status: 'error', owned: false, last_exit: { code: 1 } });
    expect(told.printed).toBe(`error: ${reason}`);
    expect([told.started.status, told.started.body['message']]).toEqual([502, reason]);
    // Once by itself, once by order.
    expect(await told.tries()).toBe(2);
    expect(
      JSON.parse(
        told
          .log()
          .trim()
          .split('\n')
          .find((line) => line.includes('gateway_start_failed')) ?? '',
      ),
    ).toMatchObject({ msg: reason });
    expect(pidRecord(home)).toBeUndefined();
  });

  it.each([
    ['is broken', '{"gateway": {"port": 18790,', 'is not valid JSON'],
    ['has a wrong value', '{"gateway": {"port": "many"}}', 'gateway.port: must be a whole number'],
  ])('because its configuration %s: not a byte of it changes', async (_what, text, problem) => {
    const home = freshHome();
    writeHomeFile(home, 'config.json', text);
    const told = await whyNot({ home, env: { PICOCLAW_GATEWAY_PORT: '' } });
    const reason = String(told.status['gateway_start_reason']);
    expect(reason).toContain(`${home}/config.json`);
    expect(reason).toContain(problem);
    expect(told.status).toMatchObject({ gateway_status: 'error' });
    expect(told.printed).toBe(`error: ${reason}`);
    // It is on its way to the file.
    await expect.poll(told.log).toContain(problem);
    expect([told.started.status, told.started.body['status'], told.started.body['message']]).toEqual([
      400,
      'precondition_failed',
      reason,
    ]);
    expect(readFileSync(join(home, 'config.json'), 'utf8')).toBe(text);
    expect(existsSync(join(home, '.security.yml'))).toBe(false);
  });

  it('because the program of PICOCLAW_BINARY is not there: which one is named', async () => {
    const home = freshHome();
    const told = await whyNot({ home, env: { PICOCLAW_BINARY: '/nowhere/picoclaw' } });
    const reason = 'The gateway program could not be started: /nowhere/picoclaw: there is no such program.';
    expect(told.status).toMatchObject({ gateway_status: 'error', gateway_start_reason: reason });
    expect(told.printed).toBe(`error: ${reason}`);
    await expect.poll(told.log).toContain(reason);
    expect(told.started.body['message']).toBe(reason);
    expect(await told.tries()).toBe(2);
  });

  it('because the home has become read-only: its file is named, and what is there stays as it is', async () => {
    const home = freshHome();
    const first = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
    await first.kill('SIGTERM');
    const before = settings(home);
    const ports = { port: await freePort(), gatewayPort: await freePort() };
    const { launcher, output } = runReadOnly(home, ports);
    await expect.poll(output, { timeout: 15_000 }).toMatch(/^ {2}Logs/m);
    const { status } = api(`http://127.0.0.1:${ports.port}`, TOKEN);
    const reason = String((await status())['gateway_start_reason']);
    expect(reason).toContain(join(home, '.picoclaw.pid'));
    expect(reason).toMatch(/read-only|permission denied/);
    expect(await status()).toMatchObject({ gateway_status: 'error' });
    expect(output()).toContain(`error: ${reason}`);
    launcher.kill('SIGTERM');
    await once(launcher, 'close');
    expect(settings(home)).toEqual(before);
  });
});

/** Nobody but root may write the home: a real user of no rights runs the launcher, or we are one ourselves. */
function runReadOnly(home: string, { port, gatewayPort }: { port: number; gatewayPort: number }) {
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
  // That user may not get into the folder that the build is in.
  const program = freshHome();
  cpSync(built(''), program, { recursive: true });
  for (const name of allNames(home)) {
    if (isRoot) chownSync(name, 65_534, 65_534);
  }
  for (const folder of [home, join(home, 'logs'), join(home, 'sessions')]) chmodSync(folder, 0o500);
  chmodSync(program, 0o755);
  onTestFinished(() => {
    for (const folder of [home, join(home, 'logs'), join(home, 'sessions')]) chmodSync(folder, 0o700);
  });
  const launcher = spawn(process.execPath, [join(program, 'cli.js'), '--no-browser'], {
    ...user,
    cwd: '/',
    env: {
      PATH: process.env['PATH'],
      PICOCLAW_HOME: home,
      PICOCLAW_LAUNCHER_TOKEN: TOKEN,
      PICOCLAW_LAUNCHER_PORT: String(port),
      PICOCLAW_GATEWAY_PORT: String(gatewayPort),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void launcher.kill('SIGKILL'));
  let text = '';
  for (const stream of [launcher.stdout, launcher.stderr])
    stream.setEncoding('utf8').on('data', (part) => (text += part));
  return { launcher, output: () => text };
}

const allNames = (home: string) => [
  home,
  ...[...allFilesBelow(home).keys(), 'logs', 'sessions'].map((name) => join(home, name)),
];

it('a launcher whose home cannot be made says where and why, and ends with 78', async () => {
  const parent = freshHome();
  writeHomeFile(parent, 'file', 'not a folder');
  const launcher = run(built('cli.js'), {
    home: parent,
    args: ['--no-browser'],
    env: { PICOCLAW_HOME: join(parent, 'file', 'home') },
  });
  expect(await launcher.exited).toBe(78);
  expect(launcher.output()).toBe(
    `error: ${join(parent, 'file', 'home', 'launcher-config.json')}: cannot be read: a part of its path is not a directory\n`,
  );
});

it('two starts at once make one gateway', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const { post, status } = api(launcher.url, TOKEN);
  await post('/api/gateway/stop');
  const answers = await Promise.all(Array.from({ length: 5 }, () => post('/api/gateway/start?wait=1')));
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409, 409, 409]);
  expect(answers.find((answer) => answer.status === 409)?.body).toMatchObject({ error: 'gateway_busy' });
  const { pid } = await status();
  expect(pid).toBe(pidRecord(home)?.pid);
  expect((await post('/api/gateway/start')).body).toEqual({ status: 'ok', pid });
});

it('two launchers started at once on one home share one gateway, and each says what it has', async () => {
  const home = freshHome();
  const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN };
  const gatewayPort = await freePort();
  const both = await Promise.all([1, 2].map(() => startLauncher({ home, env, gatewayPort })));
  const states = await Promise.all(both.map(({ url }) => api(url, TOKEN).status()));
  expect(states.map(({ gateway_status }) => gateway_status)).toEqual(['running', 'running']);
  expect(new Set(states.map(({ pid }) => pid)).size).toBe(1);
  expect(states.map(({ owned }) => owned).sort()).toEqual([false, true]);
  expect(readHomeJson(home, '.picoclaw.pid')['pid']).toBe(states[0]?.['pid']);
});
