import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort, freshHome } from '../support/home.ts';
import { built, pidRecord, until } from '../support/processes.ts';

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

it.each([
  ['the launcher', '--no-browser --debug', 'launcher.log'],
  ['the gateway', 'gateway run --debug', 'gateway.log'],
])(
  '%s goes on, logs and ends in order when whoever read its output has gone, as in `| head -1`',
  async (_who, words, log) => {
    const home = freshHome();
    const [port, gatewayPort] = [await freePort(), await freePort()];
    const env = {
      ...{ PATH: process.env['PATH'], HOME: home, PICOCLAW_HOME: home },
      ...{ PICOCLAW_LAUNCHER_PORT: String(port), PICOCLAW_GATEWAY_PORT: String(gatewayPort) },
    };
    // The shell says who it becomes, and how it ends.
    const program = `sh -c 'echo $$ >&3; exec "${process.execPath}" "${built('cli.js')}" ${words}'`;
    const shell = spawn('sh', ['-c', `{ ${program} 2>&1; echo "ended $?" >&3; } | head -1`], {
      ...{ cwd: home, env },
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    });
    const said = { head: '', shell: '' };
    shell.stdout?.setEncoding('utf8').on('data', (text) => (said.head += text));
    (shell.stdio[3] as NodeJS.ReadableStream).setEncoding('utf8').on('data', (text) => (said.shell += text));
    const pid = () => Number.parseInt(said.shell, 10);
    onTestFinished(async () => {
      if (said.shell.includes('ended') || !pid()) return;
      process.kill(pid(), 'SIGKILL');
      await once(shell, 'close');
    });
    const url = `http://127.0.0.1:${log === 'launcher.log' ? port : gatewayPort}`;
    await until(() => answers(`${url}/health`));
    await until(() => said.head.includes('\n') && pidRecord(home) !== undefined);
    // Each is a line on the console, for nobody.
    const refused = { method: 'POST', headers: { origin: 'http://evil.example' } };
    for (let count = 0; count < 300; count += 1) await (await fetch(`${url}/login`, refused)).text();
    expect(await answers(`${url}/health`)).toBe(true);
    const lines = () => readFileSync(join(home, 'logs', log), 'utf8').match(/cross_site|"path":"\/login"/g);
    await until(() => lines()?.length === 300);
    process.kill(pid(), 'SIGTERM');
    await until(() => said.shell.includes('ended'));
    expect(said.shell).toContain('ended 0');
    expect(pidRecord(home)).toBeUndefined();
  },
);
