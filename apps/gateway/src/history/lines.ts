import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** A line and where it stands; `end` is behind its newline. */
export interface Line {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Neither flag exists on Windows. A pipe that nobody writes would be waited for, by one of four threads for all files. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens an ordinary file to read, or nothing when it is not there; links are not followed, pipes not waited for. */
export async function openToRead(path: string): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, READ_FLAGS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new Error(`${path} is not an ordinary file`);
}

/** The lines that end before `end`, the last one first; a part of a line behind the last newline is none. */
export async function* linesBackward(handle: FileHandle, end: number): AsyncGenerator<Line> {
  let position = end;
  /** What has been read of the line that is not whole yet, the first part first. */
  let parts: Buffer[] = [];
  let lineEnd: number | undefined;
  while (position > 0) {
    const length = Math.min(CHUNK_BYTES, position);
    const chunk = await readAt(handle, position - length, length);
    let stop = chunk.length;
    for (let at = chunk.lastIndexOf(NEWLINE); at >= 0; at = at === 0 ? -1 : chunk.lastIndexOf(NEWLINE, at - 1)) {
      const start = position - length + at + 1;
      if (lineEnd !== undefined) yield lineOf([chunk.subarray(at + 1, stop), ...parts], start, lineEnd);
      parts = [];
      lineEnd = start;
      stop = at;
    }
    if (lineEnd !== undefined) parts.unshift(Buffer.from(chunk.subarray(0, stop)));
    position -= length;
  }
  if (lineEnd !== undefined && lineEnd > 0) yield lineOf(parts, 0, lineEnd);
}

/** The whole lines from `start` on, in order. */
export async function* linesForward(handle: FileHandle, start: number): AsyncGenerator<Line> {
  let position = start;
  let lineStart = start;
  let parts: Buffer[] = [];
  for (;;) {
    const chunk = await readAt(handle, position, CHUNK_BYTES);
    if (chunk.length === 0) return;
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const end = position + at + 1;
      yield lineOf([...parts, chunk.subarray(from, at)], lineStart, end);
      parts = [];
      lineStart = end;
      from = at + 1;
    }
    parts.push(Buffer.from(chunk.subarray(from)));
    position += chunk.length;
  }
}

const lineOf = (parts: readonly Buffer[], start: number, end: number): Line => ({
  text: (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString('utf8'),
  start,
  end,
});

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(buffer, read, length - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}

/** The lines of a file, if it is there. */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  const handle = await openToRead(path);
  if (handle === undefined) return;
  try {
    yield* linesForward(handle, 0);
  } finally {
    await handle.close();
  }
}
