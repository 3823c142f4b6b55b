import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { onTestFinished } from 'vitest';

export { freePort } from '../../../../tests/support/free-port.ts';

/** Bundles the gateway as the build does, into a folder of its own; answers with the program and the way to remove it. */
export async function bundleGateway(): Promise<{ program: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-gateway-'));
  const bundle = await rolldown({
    input: { gateway: fileURLToPath(new URL('../../src/main.ts', import.meta.url)) },
    platform: 'node',
    external: ['bufferutil', 'utf-8-validate'],
    transform: { define: { __PICOCLAW_VERSION__: '"1.2.3"' } },
    logLevel: 'silent',
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js' });
  await bundle.close();
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return { program: join(folder, 'gateway.js'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A home with a configuration, removed after the test. */
export function createHome(config: object = { channels: { pico: { enabled: true } } }): string {
  const home = mkdtempSync(join(tmpdir(), 'picoclaw-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  writeFileSync(join(home, 'config.json'), JSON.stringify(config));
  return home;
}

export const pidFileOf = (home: string): string => join(home, '.picoclaw.pid');

/** What the pid file says; throws when there is none. */
export const recordIn = (home: string): { pid: number; token: string; port: number; instance_id: string } =>
  JSON.parse(readFileSync(pidFileOf(home), 'utf8'));

export const hasPidFile = (home: string): boolean => existsSync(pidFileOf(home));

/** A gateway process with what it wrote so far; killed after the test if it still runs. */
export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Waits until stdout says so. */
  saying(text: string): Promise<void>;
}

export function startProcess(
  program: string,
  {
    home,
    words = [],
    env = {},
    ipc = false,
  }: { home: string; words?: string[]; env?: Record<string, string>; ipc?: boolean },
): GatewayProcess {
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env['PATH'], HOME: home, PICOCLAW_HOME: home, ...env },
    stdio: ipc ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  onTestFinished(() => {
    child.kill('SIGKILL');
    // The leak watch looks there.
    writeFileSync(join(tmpdir(), `output-of-gateway-${child.pid}`), output.stdout + output.stderr);
  });
  child.stdout?.setEncoding('utf8').on('data', (text) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text) => (output.stderr += text));
  // 'close' never comes after a disconnect from our side, so the end is pieced together.
  const written = once(child.stderr ?? child, 'close');
  const ended = once(child, 'exit').then(async ([code, signal]) => {
    await written;
    return code ?? signal;
  });
  const saying = async (text: string) => {
    while (!output.stdout.includes(text)) {
      const end = await Promise.race([once(child.stdout ?? child, 'data'), ended.then(() => 'ended')]);
      if (end === 'ended') throw new Error(`ended without saying "${text}": ${output.stdout}${output.stderr}`);
    }
  };
  return { child, output, ended, saying };
}
