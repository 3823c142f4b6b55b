import { readFileSync } from 'node:fs';

/** What a process was started with, from /proc; `undefined` where that cannot be seen. */
export type ReadProcessEnvironment = (pid: number) => Readonly<Record<string, string>> | undefined;

/** Reads the environment that a process was started with (Linux, processes of our own). */
export const readProcessEnvironment: ReadProcessEnvironment = (pid) => {
  const text = readProc(pid, 'environ');
  if (!text) return undefined;
  const pairs = text.split('\0').filter((pair) => pair.includes('='));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
};

/** The process that started another one. */
export function parentOf(pid: number): number | undefined {
  const stat = readProc(pid, 'stat');
  // proc_pid_stat(5): the name in parentheses may hold anything, so count from the last one; ppid is the fourth field.
  const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  return parent === undefined ? undefined : Number(parent);
}

function readProc(pid: number, name: 'environ' | 'stat'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}
