import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { PidFileError } from './pid-file-error.ts';
import { type CurrentProcess, currentProcess, inspectProcess } from './process-facts.ts';
import { inspectRecordFile, type RecordFile, refusal } from './record-file.ts';
import { lockName, removeQuietly, tryLink, writeSibling } from './sibling-file.ts';

/*
 * Replacing or removing a file that was *read* to be stale is a compare-and-swap, which file systems do not have: of two
 * processes that saw the same stale file, the slower one would remove what the faster one has just put there.
 *
 * So whoever changes the file first links a lock whose name is the digest of the state it wants to change, looks again
 * whether the file still is in that state, and changes it within the same synchronous breath. A lock whose holder was
 * killed is never broken (that would be the same race once more) but succeeded: the right passes to whoever links the
 * lock named for the digest of the dead lock, and so on. The whole chain is worthless as soon as the file has changed,
 * because every holder looks again; then it may be deleted in any order.
 */

/** A lock is held for a few system calls. Where its holder cannot be looked up, this age tells that it was killed. */
const FORGOTTEN_AFTER_MS = 10_000;

const holderSchema = z.object({
  pid: z.number().int().min(1),
  startTime: z.string().optional(),
  bootId: z.string().optional(),
  pidNamespace: z.number().optional(),
});

type Present = Extract<RecordFile, { state: 'present' }>;

/** The world in which a change competes with others. */
export interface ExclusiveOptions {
  self?: CurrentProcess;
  now?: () => number;
  /** How long to wait for another process that holds the lock; default 15 s. */
  busyTimeoutMs?: number;
}

function parseHolder(bytes: Uint8Array): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

function holderMayLive(lock: Present, self: CurrentProcess, now: () => number): boolean {
  const holder = parseHolder(lock.bytes);
  // Locks appear complete, so one that cannot be read was damaged by a crash of the machine.
  if (!holder) return false;
  if (holder.pidNamespace === self.pidNamespace && holder.bootId === self.bootId) {
    const facts = inspectProcess(holder.pid);
    if (!facts.exists) return false;
    if (facts.startTime !== undefined && holder.startTime !== undefined) return facts.startTime === holder.startTime;
  }
  return now() - Number(lock.stats.mtimeMs) < FORGOTTEN_AFTER_MS;
}

type Acquired = { held: string; succeeded: string[] };

/** Links the ticket at the end of the chain, or finds that a living process is there. */
function acquire(path: string, digest: string, ticket: string, mayLive: (lock: Present) => boolean): Acquired | 'busy' {
  const succeeded: string[] = [];
  let name = lockName(path, digest);
  while (!tryLink(ticket, name)) {
    const lock = inspectRecordFile(name);
    if (lock.state === 'refused') throw refusal(name, lock);
    if (lock.state === 'absent') continue;
    if (mayLive(lock)) return 'busy';
    succeeded.push(name);
    name = lockName(path, lock.digest);
  }
  return { held: name, succeeded };
}

function changeUnder({ held, succeeded }: Acquired, path: string, digest: string, change: () => void) {
  try {
    const file = inspectRecordFile(path);
    if (file.state !== 'present' || file.digest !== digest) return 'changed' as const;
    change();
    for (const name of succeeded) removeQuietly(name);
    return 'done' as const;
  } finally {
    removeQuietly(held);
  }
}

/**
 * Runs `change` (synchronous; it must leave `path` in another state) if the file still is in the state `digest` names,
 * while no other process changes it this way. Throws `PidFileError` `pid_file_busy` when another one never finishes.
 */
export async function changeExclusively(
  path: string,
  digest: string,
  change: () => void,
  { self = currentProcess(), now = Date.now, busyTimeoutMs = 15_000 }: ExclusiveOptions = {},
): Promise<'done' | 'changed'> {
  const { pid, startTime, bootId, pidNamespace } = self;
  const ticket = writeSibling(path, JSON.stringify({ pid, startTime, bootId, pidNamespace }));
  const deadline = now() + busyTimeoutMs;
  try {
    for (;;) {
      const acquired = acquire(path, digest, ticket, (lock) => holderMayLive(lock, self, now));
      if (acquired !== 'busy') return changeUnder(acquired, path, digest, change);
      if (now() > deadline)
        throw new PidFileError('pid_file_busy', path, 'another process is changing it and is stuck');
      await wait(5 + Math.random() * 20);
    }
  } finally {
    removeQuietly(ticket);
  }
}
