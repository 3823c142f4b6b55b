import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { freePort, readHomeJson } from './home.ts';
import { WAY_OF_THIS_RUN, type Way } from './way.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const built = (name: string): string => join(root, 'dist', name);

/** What a program gets of our environment: nothing that would configure it. */
const CLEAN = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PICOCLAW_')));

/** A real process of the build, with all that it printed. */
export interface RunningProgram {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Settles with `code` or the signal's name. */
  readonly exited: Promise<number | string>;
  kill(signal: NodeJS.Signals): Promise<number | string>;
}

interface ProgramOptions {
  readonly home: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What is to become the program in the end, such as `unshare -rm`. */
  readonly within?: readonly string[];
}

/** Starts a program of the build; it is ended when the test is finished. */
export function run(program: string, { home, args = [], env = {}, within = [] }: ProgramOptions): RunningProgram {
  const [command, ...rest] = [...within, process.execPath, program, ...args] as [string, ...string[]];
  const child = spawn(command, rest, {
    cwd: home,
    env: { ...CLEAN, PICOCLAW_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { all: '', stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (part) => {
      said.all += part;
      said[name] += part;
    });
  }
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) await kill('SIGTERM');
    if (args[0] !== 'token') keepOutput([basename(program), ...args], said.all);
  });
  return { child, output: () => said.all, stdout: () => said.stdout, stderr: () => said.stderr, exited, kill };
}

/** Leaves what was printed where the leak watch finds it, but for the line that is there to be followed. */
function keepOutput(command: readonly string[], text: string): void {
  const name = command
    .join(' ')
    .replaceAll(/[^\w.-]+/g, '_')
    .slice(0, 60);
  writeFileSync(
    join(tmpdir(), `output-of-${name}-${randomUUID().slice(0, 8)}`),
    text.replace(/^ {2}Sign in .*$/gm, ''),
  );
}

/** A launcher that has printed its block. */
export interface RunningLauncher extends RunningProgram {
  readonly home: string;
  readonly url: string;
  readonly port: number;
  readonly gatewayPort: number;
  /** The token of the sign-in link, when one was printed. */
  readonly linkToken: () => string | undefined;
}

interface LauncherOptions extends ProgramOptions {
  readonly port?: number;
  readonly gatewayPort?: number;
  readonly program?: string;
  /** Whose the gateway is, and by what it is reached; a test that is about one of the ways says so. */
  readonly way?: Way | undefined;
}

/** Starts the launcher on ports of its own and waits until it has said where it is. */
export async function startLauncher(options: LauncherOptions): Promise<RunningLauncher> {
  const { home, way = WAY_OF_THIS_RUN } = options;
  const port = options.port ?? (await freePort());
  const gatewayPort = options.gatewayPort ?? (await freePort());
  // What a launcher starts it hands sockets to, so for the other ways the gateway is there first.
  if (way !== 'handoff' && pidRecord(home) === undefined) await startGateway({ ...options, gatewayPort, way });
  const program = run(options.program ?? built('cli.js'), {
    ...options,
    args: ['--no-browser', ...(options.args ?? [])],
    env: { PICOCLAW_LAUNCHER_PORT: String(port), PICOCLAW_GATEWAY_PORT: String(gatewayPort), ...options.env },
  });
  await untilStarted(program, home);
  return {
    ...program,
    home,
    url: `http://127.0.0.1:${port}`,
    port,
    gatewayPort,
    linkToken: () => /[?&]token=([A-Za-z0-9_-]+)/.exec(program.output())?.[1],
  };
}

/**
 * Waits until a launcher has said where it is, or has ended. Of a gateway that takes longer than the launcher waits for it the
 * block says that it is starting: then until the log, which begins anew with the launcher's token, says what became of it.
 */
export async function untilStarted({ child, output }: RunningProgram, home: string): Promise<void> {
  await until(() => /^ {2}Logs/m.test(output()) || child.exitCode !== null, output);
  if (!/^ {2}Gateway {3}starting/m.test(output())) return;
  const isDecided = () => {
    const log =
      readFileSync(join(home, 'logs', 'launcher.log'), 'utf8')
        .split('"code":"launcher_token"')
        .at(-1) ?? '';
    return child.exitCode !== null || /"code":"gateway_(?:started|attached|start_failed)"/.test(log);
  };
  await expect.poll(isDecided, { timeout: 30_000, interval: 25 }).toBe(true);
}

interface GatewayOptions extends Pick<ProgramOptions, 'home' | 'env'> {
  readonly gatewayPort: number;
  readonly way: Exclude<Way, 'handoff'>;
}

/** Starts a gateway as somebody does by hand, for a launcher to find. */
export async function startGateway({ home, env = {}, gatewayPort, way }: GatewayOptions): Promise<RunningProgram> {
  const own = Object.entries(env).filter(([name]) => !name.startsWith('PICOCLAW_LAUNCHER_'));
  const variables = { PICOCLAW_GATEWAY_PORT: String(gatewayPort), ...Object.fromEntries(own) };
  const { ensurePicoChannel, readEnvironment, resolvePaths } = await import('@picoclaw/config');
  const environment = readEnvironment({ source: { PICOCLAW_HOME: home, ...variables } });
  // As a launcher does before it starts one; of a gateway that runs already it leaves the channel alone.
  await ensurePicoChannel(resolvePaths({}, environment), environment);
  const gateway = run(built('gateway.js'), { home, env: variables });
  const isReady = async () => (await fetch(`http://127.0.0.1:${pidRecord(home)?.port}/ready`)).ok;
  await until(() => pidRecord(home) !== undefined && isReady(), gateway.output);
  // As on a folder that cannot carry sockets.
  if (way === 'tcp') unlinkSync(unixSocketOf(home));
  return gateway;
}

/** The unix socket that the pid file names. */
export const unixSocketOf = (home: string): string => String(readHomeJson(home, '.picoclaw.pid')['socket_path']);

/** Waits for a condition that another process brings about. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  explain: () => string = () => '',
): Promise<void> {
  await expect.poll(condition, { timeout: 15_000, interval: 25, message: explain() }).toBe(true);
}

/** The pid file of a home, or nothing. */
export function pidRecord(home: string): { pid: number; token: string; port: number; host: string } | undefined {
  const path = join(home, '.picoclaw.pid');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** The gateway of a home; throws where there is none, so that no test signals whom it does not mean. */
export function pidOfGateway(home: string): number {
  const record = pidRecord(home);
  if (record === undefined) throw new Error(`no gateway has its pid file in ${home}`);
  return record.pid;
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed one stays as a zombie until its parent has looked.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
