import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { createLineReader } from './lines.ts';

/** Reads on in a log file that another process writes. */
export interface LogTail {
  /** The lines that were completed since the last call; the first call answers with the last ones there are. */
  read(): string[];
}

/** What is read at most in one go; of what is older than that nothing is told. */
const MAX_BYTES = 1024 * 1024;
/** Neither a symbolic link nor a pipe that keeps its reader waiting. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Follows a file by name through rotation (a new file under the name; the rest of the old one is at `<name>.1`) and
 * truncation. No descriptor stays open in between; what is no regular file, or not there, has no lines.
 */
export function createLogTail(path: string): LogTail {
  let inode: bigint | undefined;
  let position = 0;
  let lines: string[] = [];
  let reader = createLineReader((line) => lines.push(line));

  /** Reads to the end of a file that is still the one at which the last reading ended. */
  const readRest = (name: string, isWanted: (file: { ino: bigint; size: bigint }) => boolean): void => {
    const file = openRegular(name);
    if (file === undefined) return;
    try {
      if (!isWanted(file)) return;
      const size = Number(file.size);
      if (size - position > MAX_BYTES) {
        position = size - MAX_BYTES;
        // From somewhere within a line, which is left out.
        reader = afterFirstLine((line) => lines.push(line));
      }
      const bytes = Buffer.allocUnsafe(Math.max(0, size - position));
      const read = readSync(file.descriptor, bytes, 0, bytes.length, position);
      position += read;
      reader.push(bytes.subarray(0, read));
    } finally {
      closeSync(file.descriptor);
    }
  };
  return {
    read() {
      lines = [];
      if (inode !== undefined) readRest(`${path}.1`, ({ ino }) => ino === inode);
      readRest(path, ({ ino, size }) => {
        if (ino !== inode || size < position) {
          inode = ino;
          position = 0;
          reader = createLineReader((line) => lines.push(line));
        }
        return true;
      });
      return lines;
    },
  };
}

function afterFirstLine(onLine: (line: string) => void) {
  let isFirst = true;
  return createLineReader((line) => {
    if (!isFirst) onLine(line);
    isFirst = false;
  });
}

function openRegular(path: string): { descriptor: number; ino: bigint; size: bigint } | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, FLAGS);
    const stats = fstatSync(descriptor, { bigint: true });
    if (stats.isFile()) return { descriptor, ino: stats.ino, size: stats.size };
  } catch {
    // Not there, or not ours to read: then there is nothing to tell.
  }
  if (descriptor !== undefined) closeSync(descriptor);
  return undefined;
}
