import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(process.env['XDG_RUNTIME_DIR'] ?? '/nowhere', 'stand-in');
const supervisor = fileURLToPath(new URL('supervisor.mjs', import.meta.url));

/** @param {string} name */
const fileOf = (name) => join(folder, name);

/** @param {string} name @returns {{ state: string, pid?: number, supervisor?: number, exitCode?: number, since?: string } | undefined} */
export function stateOf(name) {
  try {
    return JSON.parse(readFileSync(fileOf(name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} name */
export function forget(name) {
  rmSync(fileOf(name), { force: true });
}

/** Starts a service and answers when it runs or has failed. @param {string} name @param {object} spec */
export async function start(name, spec) {
  mkdirSync(folder, { recursive: true });
  forget(name);
  writeFileSync(`${fileOf(name)}.spec`, JSON.stringify(spec));
  spawn(process.execPath, [supervisor, fileOf(name)], { detached: true, stdio: 'ignore' }).unref();
  await until(() => stateOf(name) !== undefined);
}

/** Ends a service and answers when it is gone. @param {string} name */
export async function stop(name) {
  const { state, supervisor: pid } = stateOf(name) ?? {};
  if (pid === undefined || (state !== 'running' && state !== 'restarting')) return;
  process.kill(pid, 'SIGTERM');
  await until(() => stateOf(name)?.state === 'stopped');
}

/** @param {() => boolean} condition */
async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
