import { readdirSync, readFileSync } from 'node:fs';
import { median } from './statistics.mjs';

/** What a process has used of the processor so far, all of its threads, in ms (proc(5), schedstat: ns, not ticks). @param {number} pid */
function cpuMs(pid) {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // A thread that has ended meanwhile.
    }
  }
  return nanoseconds / 1e6;
}

/** Resident memory in KB. @param {number} pid */
export function rssKb(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** How many descriptors a process may have. @param {number | 'self'} pid */
export function descriptorLimit(pid) {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1]);
}

/** @param {readonly number[]} pids @param {(pid: number) => number} measure */
export const sumOf = (pids, measure) => pids.reduce((sum, pid) => sum + measure(pid), 0);

/**
 * Does some work, and says what the processor spent on it in these processes, beside what the work says.
 * @template T @param {readonly number[]} pids @param {() => Promise<T>} work
 * @returns {Promise<T & { cpuMs: number }>}
 */
export async function withCpu(pids, work) {
  const before = sumOf(pids, cpuMs);
  const result = await work();
  return { ...result, cpuMs: sumOf(pids, cpuMs) - before };
}

/** The median of the rounds in µs, each of which did so many. @param {readonly { cpuMs: number }[]} rounds @param {number} count */
export const cpuEach = (rounds, count) => median(rounds.map((round) => (round.cpuMs * 1_000) / count));
