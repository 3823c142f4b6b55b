// Processes that a run starts, and folders that it makes: all of them gone at its end, however it ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
/** @type {Set<string>} */
const folders = new Set();
const GRACE_MS = 10_000;

/** What a program gets of our environment: nothing that would configure it. */
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PICOCLAW_')));

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(130));

/** An empty folder of this run. */
export function freshFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-bench-'));
  folders.add(folder);
  return folder;
}

/**
 * Starts a program; `said` is what it has printed so far.
 * @param {string} command @param {readonly string[]} args
 * @param {{ env?: Record<string, string>; cwd?: string; ipc?: boolean }} [options]
 */
export function start(command, args, { env = {}, cwd, ipc = false } = {}) {
  const child = spawn(command, args, {
    ...(cwd !== undefined && { cwd }),
    env: { ...clean, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? [/** @type {const} */ ('ipc')] : [])],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (part) => {
      said = (said + part).slice(-8_192);
    });
  return { child, pid: child.pid ?? 0, said: () => said, stop: () => stop(child) };
}

/** @typedef {ReturnType<typeof start>} Program */

/** @param {import('node:child_process').ChildProcess} child */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const killer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(killer);
}

/** A port on which nobody listens at this moment. @returns {Promise<number>} */
export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/**
 * Waits until somebody listens on the port; answers with the moment.
 * @param {number} port @param {Program} program whose end is a fault
 */
export async function untilListening(port, program) {
  while (!(await accepts(port))) {
    if (program.child.exitCode !== null) throw new Error(`it has ended instead of listening: ${program.said()}`);
    await delay(5);
  }
}

/** @param {number} port @returns {Promise<boolean>} */
const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (/** @type {boolean} */ isOpen) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
