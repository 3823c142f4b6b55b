import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

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
  /** Why it never started, when that is so. */
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
  /** SIGTERM, then SIGKILL after the grace period. */
  stop(graceMs: number): Promise<GatewayExit>;
}

/**
 * Starts the gateway as leader of its own process group: a Ctrl-C in the terminal reaches the launcher alone, which then
 * stops the gateway in order. A managed one ends by itself when its launcher dies, since its IPC channel closes.
 */
export function startGatewayProcess(program: GatewayProgram, onLine: (line: string) => void): GatewayProcess {
  const { command, args, environment, managed } = program;
  const child = spawn(command, args, {
    env: environment,
    detached: true,
    stdio: managed ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
  }
  if (managed) {
    // A child that is gone already cannot be told anything; its exit says why.
    child.send({ kind: 'start', ...managed }, () => {});
  }
  const exited = exitOf(child);
  return {
    pid: child.pid,
    exited,
    reported: new Promise((resolve) => {
      child.on('message', (message) => {
        const { kind, reason } = message as { kind?: unknown; reason?: unknown };
        if (kind === 'ready') resolve({ kind });
        if (kind === 'failed') resolve({ kind, reason: String(reason) });
      });
    }),
    async stop(graceMs) {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      const exit = await exited;
      clearTimeout(killer);
      return exit;
    },
  };
}

function exitOf(child: ChildProcess): Promise<GatewayExit> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, spawnError: error.code ?? error.message });
    });
    // `close`, not `exit`: the last lines on stderr are the reason people look for.
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}
