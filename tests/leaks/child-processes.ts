import { readFileSync } from 'node:fs';
import { attempt } from './known-secrets.ts';

/** A process as everybody on the machine can see it (Linux); its environment only its owner can. */
export interface SeenProcess {
  readonly pid: number;
  readonly command: string;
  readonly environment: readonly string[];
  /** Whether one of our programs started it; what a test starts gets what the test gives it. */
  readonly isStartedByUs: boolean;
}

const OURS = /(?:^|[/ ])(?:cli|launcher|gateway)\.js\b|^picoclaw (?:launcher|gateway)/;
/** What is none of ours and has no children of ours, and a run of its own, which has a watch of its own. */
const NOT_FOLLOWED = /chrom|playwright|redis-server|nginx|vitest/i;

/** All processes below one, and those of these pids that were left to init by the program that started them. */
export function processesBelow(pid: number, left: readonly number[]): SeenProcess[] {
  const found: SeenProcess[] = [];
  const follow = (parent: number, command: string): void => {
    for (const child of childrenOf(parent)) {
      const seen = see(child, OURS.test(command));
      // Between fork and exec a child still is its parent.
      if (seen === undefined || seen.command === command || found.some((one) => one.pid === child)) continue;
      found.push(seen);
      if (!NOT_FOLLOWED.test(seen.command)) follow(child, seen.command);
    }
  };
  follow(pid, '');
  for (const one of left) {
    if (parentOf(one) !== 1 || found.some((process) => process.pid === one)) continue;
    const seen = see(one, true);
    if (seen !== undefined) found.push(seen);
  }
  return found;
}

function childrenOf(pid: number): number[] {
  const text = attempt(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')) ?? '';
  return text.split(' ').filter(Boolean).map(Number);
}

function parentOf(pid: number): number | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? '';
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function see(pid: number, isStartedByUs: boolean): SeenProcess | undefined {
  const words = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0').filter(Boolean);
  return attempt(() => ({ pid, command: words('cmdline').join(' '), environment: words('environ'), isStartedByUs }));
}
