import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { ConfigError } from './config-error.ts';

/** A text file as it was read. */
export interface FileText {
  readonly text: string;
  /** The permission bits. */
  readonly mode: number;
}

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
// Opening a FIFO for reading waits for a writer, for ever; with O_NONBLOCK it opens at once and is then refused.
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a small UTF-8 file (a byte order mark is dropped). Absent: `undefined`.
 * Throws `ConfigError` (`config_unreadable`) for anything that is not an ordinary file of at most `maxBytes`.
 */
export function readBoundedFile(file: string, maxBytes = DEFAULT_MAX_BYTES): FileText | undefined {
  const descriptor = openOrAbsent(file);
  if (descriptor === undefined) return undefined;
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw unreadable(file, `is ${kindOf(status)}, not an ordinary file`);
    if (status.size > maxBytes) throw unreadable(file, `is larger than ${maxBytes} bytes`);
    const bytes = readUpTo(descriptor, maxBytes + 1);
    if (bytes.length > maxBytes) throw unreadable(file, `is larger than ${maxBytes} bytes`);
    return { text: decode(file, bytes), mode: status.mode & 0o777 };
  } catch (error) {
    throw error instanceof ConfigError ? error : unreadable(file, reasonOf(error), error);
  } finally {
    closeSync(descriptor);
  }
}

/** The reason of a file system error in plain words. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'not permitted',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    ELOOP: 'a symbolic link points back to itself',
    EISDIR: 'is a directory, not an ordinary file',
    ENOTDIR: 'a part of its path is not a directory',
    EBUSY: 'is in use; when it is a mount point, mount its directory instead of the single file',
    ENXIO: 'is a socket or device, not an ordinary file',
  };
  return (code && reasons[code]) ?? code ?? 'unknown reason';
}

function openOrAbsent(file: string): number | undefined {
  try {
    return openSync(file, READ_FLAGS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(file, reasonOf(error), error);
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw unreadable(file, 'is a symbolic link to a file that does not exist', error);
    }
    return undefined;
  }
}

function readUpTo(descriptor: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  while (total < maxBytes) {
    const chunk = Buffer.alloc(Math.min(65_536, maxBytes - total));
    const count = readSync(descriptor, chunk);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    total += count;
  }
  return Buffer.concat(chunks);
}

function decode(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable(file, 'is not valid UTF-8', error);
  }
}

function kindOf(status: Stats): string {
  if (status.isDirectory()) return 'a directory';
  if (status.isFIFO()) return 'a named pipe';
  return status.isSocket() ? 'a socket' : 'a device';
}

function unreadable(file: string, message: string, cause?: unknown): ConfigError {
  return new ConfigError('config_unreadable', [{ file, path: '', message: `cannot be read: ${message}` }], cause);
}
