import { type ChildProcess, spawn } from 'node:child_process';
import { createLineReader } from '@picoclaw/log';
import { createSocketLink, type SocketLink } from './socket-link.ts';

/** The program to run as the gateway. */
export interface GatewayProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Our own gateway: it is told secrets over IPC, never by its environment, and reports back when it is ready. */
  readonly managed?: { readonly secrets: Readonly<Record<string, string>>; readonly keepAlive: boolean };
}

/** How a process ended. */
export interface GatewayExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it never started, as the end of a sentence, when that is so. */
  readonly spawnError?: string;
}

/** What our own gateway tells its launcher. */
export type GatewayReport = { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly reason: string };

/** A running gateway process of ours. */
export interface GatewayProcess {
  readonly pid: number | undefined;
  /** Settles once, when the process has ended and all its output was read. */
  readonly exited: Promise<GatewayExit>;
  /** The first report of a managed gateway; never settles for another program. */
  readonly reported: Promise<GatewayReport>;
  /** Takes sockets; another program, and Windows, have no way for that. */
  readonly link?: SocketLink | undefined;
  /** SIGTERM, then SIGKILL after the grace period. */
  stop(graceMs: number): Promise<GatewayExit>;
}

/** What the process prints last may still be in the pipes; a grandchild that holds them open must not hide the end. */
const LAST_OUTPUT_MS = 500;

/**
 * Starts the gateway as leader of its own process group: a Ctrl-C in the terminal reaches the launcher alone, which then
 * stops the gateway in order. A managed one ends by itself when its launcher dies, since its IPC channel closes.
 */
export function startGatewayProcess(program: GatewayProgram, onLine: (line: string) => void): GatewayProcess {
  const { command, args, environment, managed } = program;
  let child: ChildProcess;
  try {
    child = spawn(command, args, {
      env: environment,
      detached: true,
      stdio: managed ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return neverStarted(spawnProblem(command, error as NodeJS.ErrnoException));
  }
  for (const stream of [child.stdout, child.stderr]) {
    const lines = createLineReader(onLine);
    stream?.on('data', lines.push).once('end', lines.end);
  }
  // A child that is gone already cannot be told anything; its exit says why.
  if (managed) child.send({ kind: 'start', ...managed }, () => {});
  const exited = exitOf(child, command);
  return {
    pid: child.pid,
    exited,
    reported: reportOf(child),
    link: managed && process.platform !== 'win32' ? createSocketLink(child) : undefined,
    async stop(graceMs) {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      const exit = await exited;
      clearTimeout(killer);
      return exit;
    },
  };
}

/** Most failures are told later, by an event; of a program that is none for this machine `spawn` throws. */
function neverStarted(spawnError: string): GatewayProcess {
  const exited = Promise.resolve({ code: null, signal: null, spawnError });
  return { pid: undefined, exited, reported: new Promise(() => {}), stop: () => exited };
}

function reportOf(child: ChildProcess): Promise<GatewayReport> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      const { kind, reason } = (message ?? {}) as { kind?: unknown; reason?: unknown };
      if (kind === 'ready') resolve({ kind });
      if (kind === 'failed') resolve({ kind, reason: String(reason) });
    });
  });
}

function exitOf(child: ChildProcess, command: string): Promise<GatewayExit> {
  return new Promise((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, spawnError: spawnProblem(command, error) });
    });
    child.once('exit', (code, signal) => {
      const giveUp = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve({ code, signal });
      }, LAST_OUTPUT_MS);
      // `close`, not `exit`: the last lines on stderr are the reason people look for.
      child.once('close', () => {
        clearTimeout(giveUp);
        resolve({ code, signal });
      });
    });
  });
}

const SPAWN_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program',
  EACCES: 'it may not be executed',
  ENOEXEC: 'it is no program for this machine',
  UNKNOWN: 'it is no program for this machine',
};

function spawnProblem(command: string, { code = '', message }: NodeJS.ErrnoException): string {
  return `${command}: ${SPAWN_PROBLEMS[code] ?? message}`;
}
