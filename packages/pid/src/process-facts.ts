import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { systemCode } from './pid-file-error.ts';

/** What the system says of a process; `startTime` and `command` are missing where it does not say. */
export type ProcessFacts =
  | { readonly exists: false }
  | { readonly exists: true; readonly startTime?: string; readonly command?: readonly string[] };

/** The facts by which a later reader tells this process from another with its pid; meant to be spread into a record. */
export interface CurrentProcess {
  readonly pid: number;
  readonly startTime?: string;
  readonly bootId?: string;
  readonly pidNamespace?: number;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** One line is read with each upgrade and each look at the status; `readFileSync` takes 64 KB for what has no size. */
function readStat(pid: number): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(`/proc/${pid}/stat`, 'r');
    const line = Buffer.allocUnsafe(MAX_STAT_BYTES);
    return line.toString('latin1', 0, readSync(descriptor, line));
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** 52 numbers and a name of at most 64 bytes. */
const MAX_STAT_BYTES = 2_048;

/** `kill(pid, 0)`: EPERM means that the process exists and belongs to somebody else. */
function exists(pid: number): boolean {
  // 0 would ask about our own group and a negative number about another one.
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** proc_pid_stat(5): the second field is the name in parentheses and may itself hold `) R 1`, so count from the last one. */
export function parseProcStat(stat: string): { state: string; startTime: string } | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTime = fields[22 - 3];
  return state && startTime && /^\d+$/.test(startTime) ? { state, startTime } : undefined;
}

/** `ps -o stat= -o lstart=`: the state's letters, then the date. */
export function parsePs(line: string): { state: string; startTime: string } | undefined {
  const [state, ...date] = line.trim().split(/\s+/);
  return state && date.length > 0 ? { state, startTime: date.join(' ') } : undefined;
}

function ps(pid: number, ...columns: string[]): string | undefined {
  const selected = columns.flatMap((column) => ['-o', `${column}=`]);
  try {
    return execFileSync('ps', [...selected, '-p', String(pid)], {
      // Fixed language and zone: the date is compared with one that another process wrote down.
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 2_000,
    });
  } catch {
    return undefined;
  }
}

function stampOf(pid: number, platform: NodeJS.Platform): { state: string; startTime: string } | undefined {
  if (platform === 'win32') return undefined;
  if (platform === 'linux') {
    const stat = readStat(pid);
    return stat === undefined ? undefined : parseProcStat(stat);
  }
  const line = ps(pid, 'stat', 'lstart');
  return line === undefined ? undefined : parsePs(line);
}

/** The words of a process's command line; a program that renames itself leaves one word and a tail of NULs. */
export function processCommand(
  pid: number,
  { platform = process.platform }: { platform?: NodeJS.Platform } = {},
): readonly string[] | undefined {
  if (platform === 'win32') return undefined;
  const line = platform === 'linux' ? read(`/proc/${pid}/cmdline`) : ps(pid, 'command')?.trim();
  const words = line?.split(platform === 'linux' ? '\0' : /\s+/).filter((word) => word !== '');
  // Kernel threads and processes in the middle of exec have none.
  return words === undefined || words.length === 0 ? undefined : words;
}

/** Looks a process up, in one pass and without touching it; one that only waits to be reaped (a zombie) does not exist. */
export function inspectProcess(
  pid: number,
  { platform = process.platform }: { platform?: NodeJS.Platform } = {},
): ProcessFacts {
  if (!exists(pid)) return { exists: false };
  const stamp = stampOf(pid, platform);
  if (stamp === undefined) return { exists: exists(pid) };
  if (/^[ZXx]/.test(stamp.state)) return { exists: false };
  return { exists: true, startTime: stamp.startTime };
}

/** The start stamp of a process (`/proc/<pid>/stat` field 22, else `ps -o lstart=`), or `undefined` where there is none. */
export function processStartTime(pid: number): string | undefined {
  const facts = inspectProcess(pid);
  return facts.exists ? facts.startTime : undefined;
}

function pidNamespaceOf(): number | undefined {
  try {
    return statSync('/proc/self/ns/pid').ino;
  } catch {
    return undefined;
  }
}

/** What a gateway records about itself; the keys the platform knows nothing of are left out. */
export function currentProcess(): CurrentProcess {
  const startTime = processStartTime(process.pid);
  const bootId = read('/proc/sys/kernel/random/boot_id')?.trim();
  const pidNamespace = pidNamespaceOf();
  return {
    pid: process.pid,
    ...(startTime !== undefined && { startTime }),
    ...(bootId && { bootId }),
    ...(pidNamespace !== undefined && { pidNamespace }),
  };
}
