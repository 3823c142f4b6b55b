import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { rolldown } from 'rolldown';
import { expect, onTestFinished } from 'vitest';

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Starts a program that lives until the test is over, and waits until it runs. */
export async function aProcess(
  command: string,
  args: readonly string[],
  options: { argv0?: string } = {},
): Promise<ChildProcess & { pid: number }> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => end(child));
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

/** A process with this `process.title`, ready when it has it. */
export async function aTitledProcess(title: string): Promise<ChildProcess & { pid: number }> {
  const script = `process.title = ${JSON.stringify(title)}; console.log('titled'); setInterval(() => {}, 60_000);`;
  // The title is written over the arguments, so there must be room for it.
  const child = await aProcess(process.execPath, ['-e', script]);
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

/** The pid of a process that has ended and that nobody reaps (Linux). */
export async function aZombie(): Promise<number> {
  // The shell becomes a program that waits for no children, and only then its child may end.
  const script = 'read line <&3 & echo $!; exec sleep 600';
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
  onTestFinished(() => end(parent));
  const [line] = (await once(parent.stdio[1] as Readable, 'data')) as [Buffer];
  const zombie = Number(line.toString());
  await expect.poll(() => readFileSync(`/proc/${parent.pid}/cmdline`, 'utf8')).toMatch(/^sleep/);
  (parent.stdio[3] as Writable).end();
  await expect.poll(() => readFileSync(`/proc/${zombie}/stat`, 'utf8')).toMatch(/\) Z /);
  return zombie;
}

/** The pid of a process that has lived and was reaped. */
export async function aDeadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

/** Bundles the gateway fixture into a directory: Node 20 does not run TypeScript. */
export async function bundleGatewayProcess(directory: string): Promise<string> {
  const file = join(directory, 'gateway-process.mjs');
  const input = new URL('../fixtures/gateway-process.ts', import.meta.url).pathname;
  const bundle = await rolldown({ input, platform: 'node', logLevel: 'silent' });
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
  return file;
}

/** What a gateway process says of its claim. */
export interface ClaimReport {
  ok: boolean;
  pid: number;
  port?: number;
  winner?: number;
  reason?: string;
  instanceId?: string;
  error?: string;
}

/** Forks the bundled gateway fixture; `args` may hold a path to claim at once. */
export function forkGateway(bundle: string, ...args: string[]): ChildProcess {
  const child = fork(bundle, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  onTestFinished(() => end(child));
  return child;
}

const NEW_NAMESPACE = ['--pid', '--fork', '--mount-proc', '--kill-child'];

/** Whether this machine lets us make pid namespaces, as containers have (Linux, root). */
export function canMakeNamespaces(): boolean {
  return spawnSync('sh', ['-c', 'unshare "$@" true', 'sh', ...NEW_NAMESPACE], { stdio: 'ignore' }).status === 0;
}

/** Forks the bundled gateway fixture into a pid namespace of its own, in which it is pid 1. */
export function forkGatewayInNamespace(bundle: string): ChildProcess {
  const child = fork(bundle, [], {
    execPath: 'unshare',
    execArgv: [...NEW_NAMESPACE, process.execPath],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onTestFinished(() => end(child));
  return child;
}

/** The next message of a forked process; fails when it ends instead. */
export async function messageOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`the process ended with ${code} before it answered`));
    child.once('exit', gone);
    child.once('message', (message) => {
      child.off('exit', gone);
      resolve(message as T);
    });
  });
}

/** Ends a forked process the hard way and waits until it is reaped. */
export async function killNow(child: ChildProcess): Promise<void> {
  await end(child);
}
