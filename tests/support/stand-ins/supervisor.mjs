// Runs one service as a manager would: its command line, exactly its environment, its restart rules. Used by the
// stand-ins for systemctl and launchctl; the state lies in the file that the first argument names.
import { spawn } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const [file = ''] = process.argv.slice(2);
/** @type {{ argv: string[], env: Record<string, string>, umask: number, stderr?: string, restart: { onFailure: boolean, except: number[], delayMs: number } }} */
const spec = JSON.parse(readFileSync(`${file}.spec`, 'utf8'));
process.umask(spec.umask);
let restarts = 0;
let stopping = false;

/** @param {Record<string, unknown>} state */
function tell(state) {
  writeFileSync(`${file}.new`, JSON.stringify({ supervisor: process.pid, restarts, ...state }));
  renameSync(`${file}.new`, file);
}

function start() {
  const [program = '', ...args] = spec.argv;
  const child = spawn(program, args, { env: spec.env, cwd: '/', stdio: 'ignore' });
  child.once('spawn', () => tell({ state: 'running', pid: child.pid, since: new Date().toISOString() }));
  child.once('error', () => end(203));
  child.once('exit', (code, signal) => end(code ?? signal));
  current = child;
}

/** @param {number | string | null} how */
function end(how) {
  const hasFailed = how !== 0 && !stopping;
  const exitCode = typeof how === 'number' ? how : 0;
  if (hasFailed && spec.restart.onFailure && !spec.restart.except.includes(exitCode)) {
    restarts += 1;
    tell({ state: 'restarting', exitCode });
    setTimeout(start, spec.restart.delayMs);
    return;
  }
  tell({ state: hasFailed ? 'failed' : 'stopped', exitCode, since: new Date().toISOString() });
  process.exit(0);
}

/** @type {import('node:child_process').ChildProcess | undefined} */
let current;
process.on('SIGTERM', () => {
  stopping = true;
  if (current === undefined || current.exitCode !== null || current.signalCode !== null) end(0);
  else current.kill('SIGTERM');
});
start();
