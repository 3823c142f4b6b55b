import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** How a program ended. */
export type CommandEnd =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'not_started'; readonly code: string };

/** A program that runs. */
export interface CommandProcess {
  readonly output: AsyncIterable<string>;
  readonly ended: Promise<CommandEnd>;
  /** The end of what it wrote to its standard error. */
  readonly errorOutput: string;
  /** Ends it with everything that it has started: politely, then by force. Its output ends at once. */
  stop(): void;
}

interface CommandOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly input: string;
  readonly killAfterMs: number;
}

const MAX_ERROR_OUTPUT = 4096;

/** Starts a program without a shell, in a process group of its own. */
export function startCommand({ program, args, environment, input, killAfterMs }: CommandOptions): CommandProcess {
  const child = spawn(program, args, {
    env: environment,
    stdio: 'pipe',
    // The group is what can be ended as a whole; Windows has none, and would open a window.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const ended = untilEnded(child);
  let errorOutput = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errorOutput = (errorOutput + text).slice(-MAX_ERROR_OUTPUT);
  });
  // A program need not read what it is given.
  child.stdin.on('error', () => undefined).end(input);
  return {
    // Decodes characters whose bytes come apart.
    output: child.stdout.setEncoding('utf8'),
    ended,
    get errorOutput() {
      return errorOutput;
    },
    stop: () => stop(child, killAfterMs),
  };
}

function untilEnded(child: ChildProcessWithoutNullStreams): Promise<CommandEnd> {
  return new Promise((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => resolve({ kind: 'not_started', code: error.code ?? '' }));
    child.once('close', (code, signal) => {
      resolve(signal === null ? { kind: 'exit', code: code ?? 0 } : { kind: 'signal', signal });
    });
  });
}

function stop(child: ChildProcessWithoutNullStreams, killAfterMs: number): void {
  child.stdout.destroy();
  child.stderr.destroy();
  child.stdin.destroy();
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), killAfterMs);
  child.once('exit', () => {
    clearTimeout(timer);
    // Whoever of its group outlived the program has been asked as well, and nobody waits for it any more.
    signalGroup(child, 'SIGKILL');
  });
}

function signalGroup(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
