import { type BigIntStats, lstatSync } from 'node:fs';
import type { HealthAnswer } from './health-probe.ts';
import { askHealth, judgeLocally } from './liveness.ts';
import type { PidRecord } from './pid-record.ts';
import { currentProcess, inspectProcess, type ProcessFacts } from './process-facts.ts';
import { type PidFileState, type ReadOptions, recordOf, stateOf } from './read-pid-file.ts';
import { inspectRecordFile } from './record-file.ts';

/** How a reader remembers. */
export interface PidReaderOptions extends ReadOptions {
  /** How long an answer of `/health` (and, where there is no /proc, of `ps`) is believed; default 1000. */
  proofTtlMs?: number;
  now?: () => number;
}

/** Looks the gateway up again and again, cheaply. */
export interface PidReader {
  /** The state right now; the file is read again only when its inode, time or size changed. */
  read(): Promise<PidFileState>;
  /** Forgets the record and with it the token. */
  close(): void;
}

/** A change in place within the grain of the file's clock leaves no trace in its time, so a fresh file is not remembered. */
const SETTLED_AFTER_MS = 100;

type Remembered = { readonly stats: BigIntStats; readonly record: PidRecord };
type Question = { readonly record: PidRecord; readonly answer: Promise<HealthAnswer>; answeredAt?: number };

const isSameFile = (one: BigIntStats, other: BigIntStats): boolean =>
  one.ino === other.ino &&
  one.dev === other.dev &&
  one.mtimeNs === other.mtimeNs &&
  one.ctimeNs === other.ctimeNs &&
  one.size === other.size;

function statOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Where looking a process up starts another process, an answer counts for a while. */
function rememberingInspect(inspect: (pid: number) => ProcessFacts, ttlMs: number, now: () => number) {
  let last: { pid: number; at: number; facts: ProcessFacts } | undefined;
  return (pid: number): ProcessFacts => {
    if (last?.pid !== pid || now() - last.at >= ttlMs) last = { pid, at: now(), facts: inspect(pid) };
    return last.facts;
  };
}

/** One question to `/health` serves all who ask about the same record while it is under way and for a while after. */
function sharedHealth(world: ReadOptions, ttlMs: number, now: () => number) {
  let last: Question | undefined;
  return {
    ask(record: PidRecord): Promise<HealthAnswer> {
      const fresh = last?.answeredAt === undefined || now() - last.answeredAt < ttlMs;
      if (last?.record === record && fresh) return last.answer;
      const question: Question = { record, answer: askHealth(record, world) };
      last = question;
      return question.answer.finally(() => {
        question.answeredAt = now();
      });
    },
    forget(): void {
      last = undefined;
    },
  };
}

/**
 * A reader for every upgrade: on Linux an `lstat`, a `kill(pid, 0)` and, when the start time is recorded, one read of
 * `/proc/<pid>/stat`. Questions to `/health` are shared between lookups.
 */
export function createPidReader(path: string, options: PidReaderOptions = {}): PidReader {
  const { proofTtlMs = 1_000, now = Date.now, inspect = inspectProcess } = options;
  const lookUp = process.platform === 'linux' ? inspect : rememberingInspect(inspect, proofTtlMs, now);
  // These facts stay the same for as long as this process lives.
  const world: ReadOptions = { ...options, inspect: lookUp, self: options.self ?? currentProcess() };
  const health = sharedHealth(world, proofTtlMs, now);
  let remembered: Remembered | undefined;

  const load = (): ReturnType<typeof recordOf> => {
    const stats = statOf(path);
    if (stats && remembered && isSameFile(stats, remembered.stats)) return { ok: true, record: remembered.record };
    const file = inspectRecordFile(path);
    const found = recordOf(file);
    const settled = file.state === 'present' && now() - Number(file.stats.mtimeMs) > SETTLED_AFTER_MS;
    remembered = settled && found.ok ? { stats: file.stats, record: found.record } : undefined;
    return found;
  };

  return {
    async read() {
      const found = load();
      if (!found.ok) return found.state;
      const local = judgeLocally(found.record, world);
      const verdict = local.state === 'undecided' ? local.decide(await health.ask(found.record)) : local;
      return stateOf(found.record, verdict, world);
    },
    close() {
      remembered = undefined;
      health.forget();
    },
  };
}
