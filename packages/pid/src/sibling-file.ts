import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { naming, PidFileError, systemCode } from './pid-file-error.ts';

/** Left by a process that was killed between two system calls; nobody needs it for as long as this. */
const ABANDONED_AFTER_MS = 60_000;

/** Writes a complete file of mode 0600 beside `path` and on disk; its name is unique. */
export function writeSibling(path: string, text: string): string {
  const sibling = `${path}.${randomUUID()}.tmp`;
  return naming(path, 'writing a file beside it', () => {
    const descriptor = openSync(sibling, 'wx', 0o600);
    try {
      // The umask may have taken bits away; nothing it does may add any.
      fchmodSync(descriptor, 0o600);
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } catch (error) {
      removeQuietly(sibling);
      throw error;
    } finally {
      closeSync(descriptor);
    }
    return sibling;
  });
}

/** Gives a complete file a second name, atomically; `false` when that name is taken. */
export function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST') return false;
    const hint = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(systemCode(cause) ?? '')
      ? 'the file system knows no hard links, which claiming needs'
      : `linking failed (${systemCode(cause) ?? 'unknown'})`;
    throw new PidFileError('pid_file_io', to, hint, { cause });
  }
}

/** Removes a file of ours; one that is gone already or cannot be removed is swept up later. */
export function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Nothing depends on it.
  }
}

/** The name of the lock for changing the file whose state has this digest. */
export function lockName(path: string, digest: string): string {
  return `${path}.${digest}.lock`;
}

/** Removes what killed processes left beside `path` long ago. Only right after `path` was replaced: see exclusive-change. */
export function sweepSiblings(path: string, now: () => number = Date.now): void {
  const prefix = `${basename(path)}.`;
  try {
    for (const name of readdirSync(dirname(path))) {
      if (!name.startsWith(prefix) || !/^[0-9a-f-]{32,36}\.(?:tmp|lock)$/.test(name.slice(prefix.length))) continue;
      const sibling = join(dirname(path), name);
      if (now() - lstatSync(sibling).mtimeMs > ABANDONED_AFTER_MS) removeQuietly(sibling);
    }
  } catch {
    // Tidying up must not fail a start.
  }
}
