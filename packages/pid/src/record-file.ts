import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { PidFileError, type PidFileErrorCode, systemCode } from './pid-file-error.ts';
import { MAX_BYTES } from './pid-record.ts';

/** What is at a path, read without following, waiting or trusting. */
export type RecordFile =
  | { readonly state: 'absent' }
  | { readonly state: 'refused'; readonly code: PidFileErrorCode; readonly reason: string; readonly cause?: unknown }
  | { readonly state: 'present'; readonly bytes: Uint8Array; readonly stats: BigIntStats; readonly digest: string };

type Refused = Extract<RecordFile, { state: 'refused' }>;

function objection(stats: BigIntStats): Refused | undefined {
  if (stats.isSymbolicLink()) return { state: 'refused', code: 'pid_file_symlink', reason: 'is a symbolic link' };
  if (!stats.isFile()) return { state: 'refused', code: 'pid_file_not_regular', reason: 'is not a regular file' };
  const uid = process.geteuid?.();
  if (uid !== undefined && stats.uid !== BigInt(uid)) {
    return { state: 'refused', code: 'pid_file_foreign_owner', reason: 'belongs to another user' };
  }
  return undefined;
}

/** Reads one byte beyond the limit, so that a file which is too large shows. */
function readBounded(descriptor: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(MAX_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (count === 0) break;
    length += count;
  }
  return Uint8Array.prototype.slice.call(buffer, 0, length);
}

/** Names one file in one state: the place on disk tells apart files of equal text, such as two empty ones. */
function digestOf(stats: BigIntStats, bytes: Uint8Array): string {
  const identity = `${stats.dev}:${stats.ino}:${stats.mtimeNs}:${stats.size}:`;
  return createHash('sha256').update(identity).update(bytes).digest('hex').slice(0, 32);
}

function openAndRead(path: string): RecordFile {
  // Opening some devices has effects, so look before; what was looked at may be swapped, so look again after.
  const before = objection(lstatSync(path, { bigint: true }));
  if (before) return before;
  // O_NONBLOCK: opening a FIFO put there in between must not wait for a writer. Neither flag exists on Windows.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const descriptor = openSync(path, flags);
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    const bytes = objection(stats) ?? readBounded(descriptor);
    return bytes instanceof Uint8Array ? { state: 'present', bytes, stats, digest: digestOf(stats, bytes) } : bytes;
  } finally {
    closeSync(descriptor);
  }
}

/** Reads at most 64 KiB of a regular file of our own; never throws, changes nothing. */
export function inspectRecordFile(path: string): RecordFile {
  try {
    return openAndRead(path);
  } catch (cause) {
    const code = systemCode(cause) ?? 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'absent' };
    if (code === 'ELOOP') return { state: 'refused', code: 'pid_file_symlink', reason: 'is a symbolic link', cause };
    return { state: 'refused', code: 'pid_file_io', reason: `cannot be read (${code})`, cause };
  }
}

/** The fault to throw where a file that was refused stands in the way of a change. */
export function refusal(path: string, file: Refused): PidFileError {
  return new PidFileError(file.code, path, file.reason, { cause: file.cause });
}
