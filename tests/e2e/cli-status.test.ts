import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { api } from '../support/api.ts';
import { cli } from '../support/cli.ts';
import { freePort, freshHome, writeHomeFile } from '../support/home.ts';
import { built, pidRecord, root, run, startLauncher, until } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';

async function ports() {
  return { PICOCLAW_LAUNCHER_PORT: String(await freePort()), PICOCLAW_GATEWAY_PORT: String(await freePort()) };
}

async function aLauncher(config: object = {}) {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { launcher_token: TOKEN, ...config });
  const launcher = await startLauncher({ home });
  const env = { PICOCLAW_LAUNCHER_PORT: String(launcher.port), PICOCLAW_GATEWAY_PORT: String(launcher.gatewayPort) };
  return { home, launcher, env };
}

async function status(home: string, env: Readonly<Record<string, string>>) {
  const [text, json] = await Promise.all([cli(['status'], { home, env }), cli(['status', '--json'], { home, env })]);
  expect(json.code).toBe(text.code);
  return { code: text.code, text: text.stdout, report: JSON.parse(json.stdout) };
}

describe('status', () => {
  it('nothing there', async () => {
    const { code, text, report } = await status(freshHome(), await ports());
    expect(code).toBe(3);
    expect(report).toMatchObject({ launcher: { state: 'not_running' }, gateway: { state: 'not_running' } });
    expect(report.tokens.launcher).toEqual({ source: 'none', from: null, fingerprint: null, shadowed: [] });
    expect(text).toMatch(/Launcher +○ not running/);
  });

  it('everything up, with no token in what is printed', async () => {
    const { home, env } = await aLauncher();
    const { code, text, report } = await status(home, env);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      launcher: { state: 'running', takes_token: 'yes', is_of_this_home: true },
      gateway: { state: 'running', mode: 'managed', ready: true, takes_token: 'yes', pid: pidRecord(home)?.pid },
      tokens: { launcher: { source: 'config', fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/) } },
    });
    expect(text + JSON.stringify(report)).not.toContain(TOKEN);
    expect(text.trimEnd().split('\n').length).toBeLessThan(24);
  });

  it('shows where a launcher really listens that was let open by a flag', async () => {
    const home = freshHome();
    const launcher = await startLauncher({ home, args: ['-public'] });
    const { text, report } = await status(home, {
      PICOCLAW_LAUNCHER_PORT: String(launcher.port),
      PICOCLAW_GATEWAY_PORT: String(launcher.gatewayPort),
    });
    expect(report.exposure).toMatchObject({ port: launcher.port, hosts: expect.arrayContaining(['0.0.0.0']) });
    expect(text).toMatch(/Reachable from whoever reaches it, at 0\.0\.0\.0/);
  });

  it('launcher only', async () => {
    const { home, env, launcher } = await aLauncher();
    await api(launcher.url, TOKEN).post('/api/gateway/stop');
    const { code, report } = await status(home, env);
    expect(code).toBe(3);
    expect(report).toMatchObject({ launcher: { state: 'running' }, gateway: { state: 'not_running' } });
  });

  it('gateway only', async () => {
    const home = freshHome();
    const env = await ports();
    const gateway = run(built('cli.js'), { home, env, args: ['gateway'] });
    await until(() => pidRecord(home) !== undefined, gateway.output);
    await until(async () => (await status(home, env)).report.gateway.ready === true);
    const { code, report } = await status(home, env);
    expect(code).toBe(3);
    expect(report).toMatchObject({ launcher: { state: 'not_running' }, gateway: { state: 'running' } });
  });

  it('a stale pid file', async () => {
    const home = freshHome();
    const env = await ports();
    const gateway = run(built('cli.js'), { home, env, args: ['gateway'] });
    await until(() => pidRecord(home) !== undefined, gateway.output);
    await gateway.kill('SIGKILL');
    const { code, text, report } = await status(home, env);
    expect(code).toBe(3);
    expect(report.gateway).toMatchObject({ state: 'not_running', reason: expect.stringMatching(/./) });
    expect(text).toContain(report.gateway.reason);
    expect(existsSync(join(home, '.picoclaw.pid'))).toBe(true);
  });

  it('a foreign program on the port', async () => {
    const server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code, text, report } = await status(freshHome(), {
      ...(await ports()),
      PICOCLAW_LAUNCHER_PORT: String(port),
    });
    expect(code).toBe(78);
    expect(report.launcher).toMatchObject({ state: 'foreign_program', holder: { pid: process.pid } });
    // By the settings of this home, not by what the stranger was started with.
    expect(report.exposure.port).toBe(port);
    expect(text).toContain(`pid ${process.pid}`);
  });

  it('a token of the shell that counts for nobody is no trouble, and is named', async () => {
    const { home, env } = await aLauncher();
    const shell = { ...env, PICOCLAW_LAUNCHER_TOKEN: 'another-token-of-the-shell' };
    const { code, text, report } = await status(home, shell);
    expect(code).toBe(0);
    expect(report.launcher).toMatchObject({ state: 'running', takes_token: 'yes' });
    expect(report.tokens.launcher).toMatchObject({
      source: 'config',
      shadowed: [{ from: 'PICOCLAW_LAUNCHER_TOKEN of this shell', differs: true }],
    });
    expect(text).toContain('is set too and does not count: it has another value');
  });

  it('a token that was changed in the file behind the launcher’s back', async () => {
    const { home, env } = await aLauncher();
    writeHomeFile(home, 'launcher-config.json', { launcher_token: 'changed-in-the-file-by-hand' });
    const { code, text, report } = await status(home, env);
    expect(code).toBe(4);
    expect(report.launcher).toMatchObject({ state: 'running', takes_token: 'no' });
    expect(report.findings).toMatchObject([{ code: 'token-drift', severity: 'error' }]);
    expect(text).toContain('refuses the launcher token');
    expect(text).toContain('token-drift');
  });

  it('an external gateway', async () => {
    const elsewhere = freshHome();
    const port = await freePort();
    const gateway = run(built('cli.js'), {
      home: elsewhere,
      env: { PICOCLAW_GATEWAY_PORT: String(port) },
      args: ['gateway'],
    });
    await until(() => pidRecord(elsewhere) !== undefined, gateway.output);
    const { home, env } = await aLauncher({ gateway_mode: 'external', gateway_url: `http://127.0.0.1:${port}` });
    await until(async () => (await status(home, env)).report.gateway.ready === true);
    const { code, report } = await status(home, env);
    expect(report.gateway).toMatchObject({ mode: 'external', state: 'running', address: `http://127.0.0.1:${port}` });
    expect(report.gateway).not.toHaveProperty('pid');
    expect(code).toBe(0);
  });

  it('two homes', async () => {
    const { env } = await aLauncher();
    const other = freshHome();
    writeHomeFile(other, 'launcher-config.json', { launcher_token: TOKEN });
    const sameToken = await status(other, env);
    expect(sameToken.report.launcher).toMatchObject({ state: 'running', takes_token: 'yes', is_of_this_home: false });
    expect(sameToken.text).toContain('runs with another home');
    rmSync(join(other, 'launcher-config.json'));
    writeHomeFile(other, 'launcher-config.json', { launcher_token: 'a-token-of-the-other-home' });
    const ownToken = await status(other, env);
    expect(ownToken.code).toBe(4);
  });

  it('a configuration that does not load', async () => {
    const home = freshHome();
    writeHomeFile(home, 'launcher-config.json', '{"port": ');
    const outcome = await cli(['status'], { home, env: await ports() });
    expect(outcome).toMatchObject({ code: 78, stdout: '' });
    expect(outcome.stderr).toContain('launcher-config.json');
  });

  it('prints in JSON what the documentation promises', async () => {
    const { home, env } = await aLauncher();
    const { report } = await status(home, env);
    const documented = readFileSync(join(root, 'docs/cli.md'), 'utf8');
    const keys = Object.entries(report).flatMap(([key, value]) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.keys(value).map((inner) => `${key}.${inner}`)
        : [key],
    );
    for (const key of keys) expect(documented, key).toContain(`\`${key}\``);
  });

  it('ends quietly when whoever reads has enough', async () => {
    const home = freshHome();
    const program = run(built('cli.js'), { home, args: ['status'], env: await ports() });
    program.child.stdout?.destroy();
    expect(await program.exited).toBe(0);
    expect(program.stderr()).toBe('');
  });
});
