import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allFilesBelow, freePort, freshHome, readHomeJson, writeHomeFile } from '../support/home.ts';
import { built, isAlive, pidOfGateway, pidRecord, root, run, startLauncher, until } from '../support/processes.ts';
import { signIn } from '../support/sign-in.ts';
import { handshake } from '../support/sockets.ts';

describe('a start on an empty home', () => {
  it('prints one block that says where to go, how to sign in, and what the gateway does', async () => {
    const home = freshHome();
    const launcher = await startLauncher({ home });
    const output = launcher.output();
    expect(output).toContain(`Open      http://localhost:${launcher.port}/`);
    expect(output).toMatch(new RegExp(`Sign in   http://localhost:${launcher.port}/\\?token=[A-Za-z0-9_-]{43}$`, 'm'));
    expect(output).toMatch(new RegExp(`Gateway   running at 127.0.0.1:${launcher.gatewayPort}, pid \\d+$`, 'm'));
    expect(output).toContain(`${home}/config.json`);
    expect(output.split('PicoClaw Launcher').length).toBe(2);

    const page = await fetch(launcher.url, { redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/login?next=%2F']);
    expect(await (await fetch(`${launcher.url}/health`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`http://127.0.0.1:${launcher.gatewayPort}/health`)).json()).toMatchObject({
      status: 'ok',
    });
  });

  it('ends both processes on Ctrl-C within two seconds, with exit code 0 and nothing left behind', async () => {
    const home = freshHome();
    const launcher = await startLauncher({ home });
    const gatewayPid = pidOfGateway(home);
    expect(isAlive(gatewayPid)).toBe(true);
    const startedAt = performance.now();
    expect(await launcher.kill('SIGINT')).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(isAlive(gatewayPid)).toBe(false);
    expect(pidRecord(home)).toBeUndefined();
  });

  it('keeps every file of the home for its owner, and every token out of the logs', async () => {
    const home = freshHome();
    const launcher = await startLauncher({ home });
    const token = launcher.linkToken() ?? '';
    await signIn(launcher.url, token);
    await fetch(`${launcher.url}/?token=${token}`, { redirect: 'manual' });
    await fetch(`${launcher.url}/api/gateway/status`, { headers: { authorization: `Bearer ${token}` } });
    const channelToken = /token: (\S+)/.exec(allFilesBelow(home).get('.security.yml') ?? '')?.[1] ?? '';
    const pidToken = pidRecord(home)?.token ?? '';
    await launcher.kill('SIGTERM');
    for (const name of ['launcher-config.json', '.security.yml', 'logs/launcher.log', 'logs/gateway.log']) {
      expect([name, statSync(`${home}/${name}`).mode & 0o777]).toEqual([name, 0o600]);
    }
    const logs = [...allFilesBelow(`${home}/logs`).values()].join('\n');
    expect(logs).toContain('signed in');
    for (const secret of [token, channelToken, pidToken]) {
      expect(secret.length).toBeGreaterThan(20);
      expect(logs).not.toContain(secret);
    }
  });
});

describe('npm start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends launcher and gateway on %s with exit code 0, whoever gets the signal',
    async (signal) => {
      for (const toGroup of [true, false]) {
        const home = freshHome();
        const port = await freePort();
        const npm = spawn('npm', ['start', '--', '--no-browser', '--port', String(port)], {
          cwd: root,
          detached: true,
          env: { ...process.env, PICOCLAW_HOME: home, PICOCLAW_GATEWAY_PORT: String(await freePort()) },
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        onTestFinished(() => void npm.kill('SIGKILL'));
        let output = '';
        npm.stdout.setEncoding('utf8').on('data', (part) => (output += part));
        await until(
          () => output.includes('  Logs'),
          () => output,
        );
        const gatewayPid = pidOfGateway(home);
        expect(isAlive(gatewayPid)).toBe(true);
        process.kill(toGroup ? -(npm.pid ?? 0) : (npm.pid ?? 0), signal);
        const [code] = await once(npm, 'close');
        expect([toGroup, code, isAlive(gatewayPid), pidRecord(home)]).toEqual([toGroup, 0, false, undefined]);
      }
    },
  );
});

describe('the launcher token', () => {
  it('is random at first, the same at the next start, and one of your own after setup', async () => {
    const home = freshHome();
    const first = await startLauncher({ home });
    const token = first.linkToken() ?? '';
    expect(readHomeJson(home, 'launcher-config.json')).toMatchObject({ launcher_token: token, setup_pending: true });
    await first.kill('SIGTERM');

    const second = await startLauncher({ home });
    expect(second.linkToken()).toBe(token);
    const setup = await fetch(`${second.url}/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: 'my own token', confirm: 'my own token' }),
    });
    expect(setup.status).toBe(200);
    await expect(signIn(second.url, token)).rejects.toThrow('401');
    await second.kill('SIGTERM');

    const third = await startLauncher({ home });
    expect(third.linkToken()).toBeUndefined();
    expect(third.output()).not.toContain('my own token');
    const cookie = await signIn(third.url, 'my own token');
    const status = await (await fetch(`${third.url}/api/auth/status`, { headers: { cookie } })).json();
    expect(status).toMatchObject({ authenticated: true, initialized: true, token_source: 'config' });
  });

  it('comes from the environment when that is set, and is then neither printed nor stored', async () => {
    const home = freshHome();
    const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: '  from-the-environment  ' } });
    expect(launcher.output()).toContain('token from environment');
    const cookie = await signIn(launcher.url, 'from-the-environment');
    const status = await (await fetch(`${launcher.url}/api/auth/status`, { headers: { cookie } })).json();
    expect(status).toMatchObject({ token_source: 'env' });
    await launcher.kill('SIGTERM');
    expect(launcher.output()).not.toContain('from-the-environment');
    for (const [name, text] of allFilesBelow(home))
      expect([name, text.includes('from-the-environment')]).toEqual([name, false]);
  });

  it('counts as unset when the variable is blank', async () => {
    const launcher = await startLauncher({ home: freshHome(), env: { PICOCLAW_LAUNCHER_TOKEN: '   ' } });
    expect(launcher.linkToken()).toHaveLength(43);
  });
});

describe('a start that cannot be', () => {
  it('names file, path and reason of a wrong configuration and exits with 78', async () => {
    const home = freshHome();
    writeHomeFile(home, 'launcher-config.json', { port: 'many', allowed_cidrs: ['here'] });
    const launcher = run(built('cli.js'), { home, args: ['--no-browser'] });
    expect(await launcher.exited).toBe(78);
    expect(launcher.output()).toMatch(/launcher-config\.json/);
    expect(launcher.output()).toMatch(/port/);
    expect(launcher.output()).toMatch(/allowed_cidrs/);
  });

  it('says who has the port, and leaves the one that has it alone', async () => {
    const home = freshHome();
    const first = await startLauncher({ home });
    const second = run(built('cli.js'), { home, args: ['--no-browser', '--port', String(first.port)] });
    expect(await second.exited).toBe(78);
    expect(second.output()).toContain(`port ${first.port}`);
    expect(second.output()).toContain(`pid ${first.child.pid}`);
    expect((await fetch(`${first.url}/health`)).status).toBe(200);
    expect(isAlive(pidRecord(home)?.pid ?? 0)).toBe(true);
  });

  it('refuses unknown options with exit code 2', async () => {
    const launcher = run(built('cli.js'), { home: freshHome(), args: ['--no-such-option'] });
    expect(await launcher.exited).toBe(2);
    expect(launcher.output()).toContain('--no-such-option');
  });
});

describe('after kill -9', () => {
  it.each([
    ['the gateway', true, false],
    ['the launcher', false, true],
    ['both', true, true],
  ])('of %s, the next start works without cleaning anything by hand', async (_name, gateway, launcher) => {
    const home = freshHome();
    const first = await startLauncher({ home });
    const gatewayPid = pidOfGateway(home);
    if (gateway) process.kill(gatewayPid, 'SIGKILL');
    if (launcher) await first.kill('SIGKILL');
    else await first.kill('SIGTERM');
    // Without its launcher a gateway ends by itself; neither may be waited for by the next start.
    const second = await startLauncher({ home });
    const cookie = await signIn(second.url, second.linkToken() ?? '');
    await until(async () => {
      const status = await (await fetch(`${second.url}/api/gateway/status`, { headers: { cookie } })).json();
      return (status as { gateway_status: string }).gateway_status === 'running';
    }, second.output);
    await until(() => !isAlive(gatewayPid));
    await until(() => isAlive(pidRecord(home)?.pid ?? 0), second.output);
  });
});

it('waits for a gateway that is still finishing an answer, and then starts its own', async () => {
  const home = freshHome();
  const first = await startLauncher({ home });
  const gatewayPid = pidOfGateway(home);
  const authorization = `Bearer ${first.linkToken()}`;
  const { socket } = await handshake(`${first.url.replace('http', 'ws')}/pico/ws`, { headers: { authorization } });
  const streaming = once(socket, 'message');
  socket.send(JSON.stringify({ type: 'message.send', payload: { content: '/stream 100' } }));
  await streaming;
  await first.kill('SIGKILL');
  const second = await startLauncher({ home });
  await until(() => !isAlive(gatewayPid), second.output);
  await until(() => isAlive(pidRecord(home)?.pid ?? 0) && pidRecord(home)?.pid !== gatewayPid, second.output);
});

it('runs one gateway of fifty that are started at once on one home', { timeout: 120_000 }, async () => {
  const home = freshHome();
  const port = await freePort();
  const env = { PICOCLAW_GATEWAY_PORT: String(port), PICOCLAW_CHANNELS_PICO_ENABLED: 'true' };
  const gateways = Array.from({ length: 50 }, () => run(built('gateway.js'), { home, env }));
  const ends = gateways.map(({ exited }) => exited);
  let ended = 0;
  for (const end of ends) void end.then(() => (ended += 1));
  await expect.poll(() => ended, { timeout: 100_000, interval: 100 }).toBe(49);
  const running = gateways.filter(({ child }) => child.exitCode === null);
  expect(running).toHaveLength(1);
  expect(pidRecord(home)?.pid).toBe(running[0]?.child.pid);
  const line = new RegExp(
    `gateway is already running \\(pid ${running[0]?.child.pid}, version [\\d.]+, 127\\.0\\.0\\.1:${port}\\)`,
  );
  for (const gateway of gateways.filter((one) => one !== running[0])) {
    expect([await gateway.exited, gateway.output()]).toEqual([75, expect.stringMatching(line)]);
  }
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
});
