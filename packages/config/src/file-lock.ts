import { randomInt } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { mkdir, open, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unwritable } from './atomic-file.ts';
import { readBoundedFile, reasonOf } from './bounded-file.ts';
import { ConfigError } from './config-error.ts';

/** How long to wait, and when a lock counts as left behind. */
export interface FileLockOptions {
  /** Gives up with `config_locked` after this long. */
  readonly timeoutMs?: number;
  /** Updates take milliseconds; an older lock belongs to a holder that is suspended or out of our sight. */
  readonly staleMs?: number;
  readonly isAlive?: (pid: number) => boolean;
}

/** What `run` learns of the lock that it holds. */
export interface HeldLock {
  /** False once somebody took the lock over, because this process was suspended for longer than `staleMs`. */
  stillHeld(): Promise<boolean>;
}

type Attempt =
  | { readonly state: 'acquired'; readonly generation: string }
  | { readonly state: 'held'; readonly by: string };

type Limits = Required<Omit<FileLockOptions, 'timeoutMs'>>;

const MAX_TAKEOVER_DEPTH = 4;
const MAX_LOCK_BYTES = 4096;

/**
 * Runs with a lock file held. A lock whose holder was killed is taken over, by exactly one of those who wait:
 * whoever removes generation G of a lock must hold the lock named after G, so no fresh lock is ever removed.
 * Throws `ConfigError` (`config_locked`, `config_unwritable`).
 */
export async function withFileLock<T>(
  lockFile: string,
  run: (lock: HeldLock) => Promise<T>,
  { timeoutMs = 15_000, staleMs = 10_000, isAlive = processIsAlive }: FileLockOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  const limits = { staleMs, isAlive };
  const generation = await waitForLock(lockFile, deadline, limits);
  const stillHeld = async () => (await generationOf(lockFile)) === generation;
  try {
    return await run({ stillHeld });
  } finally {
    if (await stillHeld()) await unlink(lockFile).catch(() => undefined);
  }
}

async function waitForLock(lockFile: string, deadline: number, limits: Limits) {
  for (;;) {
    const attempt = await attemptLock(lockFile, limits, 0);
    if (attempt.state === 'acquired') return attempt.generation;
    if (performance.now() > deadline) {
      const message = `is held by ${attempt.by}; when that is no longer running, delete this file`;
      throw new ConfigError('config_locked', [{ file: lockFile, path: '', message }]);
    }
    await delay(randomInt(3, 25));
  }
}

async function attemptLock(lockFile: string, limits: Limits, depth: number): Promise<Attempt> {
  const generation = await createLock(lockFile);
  if (generation !== undefined) return { state: 'acquired', generation };

  const found = await inspectLock(lockFile, limits);
  if (!found) return { state: 'held', by: 'a process that just finished' };
  if (!found.abandoned || depth >= MAX_TAKEOVER_DEPTH) return { state: 'held', by: found.by };

  const takeover = `${lockFile}.${found.generation}`;
  const right = await attemptLock(takeover, limits, depth + 1);
  if (right.state === 'held') return right;
  // Between our look and this right somebody else may have finished the same takeover: look again.
  if ((await generationOf(lockFile)) === found.generation) await unlink(lockFile).catch(() => undefined);
  await unlink(takeover).catch(() => undefined);
  return { state: 'held', by: found.by };
}

async function createLock(lockFile: string): Promise<string | undefined> {
  try {
    await mkdir(dirname(lockFile), { recursive: true, mode: 0o700 });
    const handle = await open(lockFile, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ pid: process.pid, where: processSpace() }));
      return generationText(await handle.stat({ bigint: true }));
    } catch (error) {
      await unlink(lockFile); // a full disk: an empty lock would keep everybody out until it is old
      throw error;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw unwritable(lockFile, reasonOf(error), error);
  }
}

async function inspectLock(lockFile: string, { staleMs, isAlive }: Limits) {
  const status = await stat(lockFile, { bigint: true }).catch(() => undefined);
  if (!status) return undefined;
  const { pid, where } = readHolder(lockFile);
  const isOld = Math.abs(Date.now() - Number(status.mtimeMs)) > staleMs;
  // A pid means nothing in another container or on another machine: there only the age counts.
  const isDead = pid !== undefined && where === processSpace() && !isAlive(pid);
  return {
    generation: generationText(status),
    abandoned: isOld || isDead,
    by: pid ? `process ${pid}` : 'another process',
  };
}

function readHolder(lockFile: string): { pid?: number; where?: string } {
  try {
    const { pid, where } = JSON.parse(readBoundedFile(lockFile, MAX_LOCK_BYTES)?.text ?? '') as Record<string, unknown>;
    return typeof pid === 'number' && pid > 0 && typeof where === 'string' ? { pid, where } : {};
  } catch {
    return {}; // just being written, or just released
  }
}

async function generationOf(lockFile: string): Promise<string | undefined> {
  const status = await stat(lockFile, { bigint: true }).catch(() => undefined);
  return status && generationText(status);
}

function generationText({ ino, mtimeNs }: { ino: bigint; mtimeNs: bigint }): string {
  return `${ino}-${mtimeNs}`;
}

/** Where a pid has its meaning: this machine, and in it this pid namespace. */
function processSpace(): string {
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // not Linux: the host name alone
  }
  return `${hostname()} ${namespace}`;
}

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
