import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

/** What V8 made of a script, kept from one start to the next. */
export interface CodeCache {
  /** What is kept, if it is whole, of this very script, and written by nobody but us or root. */
  load(): Buffer | undefined;
  /** Keeps it, at once or not at all; where nothing can be written, nothing is kept. */
  store(code: Buffer): void;
}

interface CodeCacheOptions {
  /** Where to keep it, in this order: whoever may not write beside the program has a folder of its own. */
  readonly folders?: readonly string[];
  readonly userId?: number | undefined;
}

/** A user of no account has no home, and Node throws. */
function foldersOfUser(): string[] {
  try {
    return [join(homedir(), '.cache', 'picoclaw-launcher')];
  } catch {
    return [];
  }
}

/** Length and CRC-32 of the script, CRC-32 of the code; 4 bytes each. */
const HEAD_BYTES = 12;
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const WRITABLE_BY_OTHERS = 0o022;

/**
 * The cache of a script, of which `source` is the text, for this version of Node: V8 refuses what another version has made,
 * and each would replace it.
 */
export function createCodeCache(script: string, source: Buffer, options: CodeCacheOptions = {}): CodeCache {
  const { folders = [join(dirname(script), '.code-cache'), ...foldersOfUser()], userId = process.geteuid?.() } =
    options;
  const name = `${basename(script)}-${process.version}-${process.arch}`;
  return {
    load() {
      for (const folder of folders) {
        const code = readTrusted(join(folder, name), source, userId);
        if (code !== undefined) return code;
      }
      return undefined;
    },
    store(code) {
      const bytes = Buffer.concat([headOf(source, code), code]);
      folders.some((folder) => writeWhole(folder, name, bytes));
    },
  };
}

/** V8 itself compares the lengths of scripts alone; their dates are all the same in an installed package. */
function headOf(source: Buffer, code: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(source.length, 0);
  head.writeUInt32LE(crc32(source), 4);
  head.writeUInt32LE(crc32(code), 8);
  return head;
}

/** V8 believes what it is given: one that is torn could end the process, and one of somebody else could do anything. */
function readTrusted(path: string, source: Buffer, userId: number | undefined): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, FLAGS);
    const { uid, mode } = fstatSync(descriptor);
    const isOurs = userId === undefined || ((uid === userId || uid === 0) && (mode & WRITABLE_BY_OTHERS) === 0);
    if (!isOurs) return undefined;
    const bytes = readFileSync(descriptor);
    const code = bytes.subarray(HEAD_BYTES);
    return headOf(source, code).equals(bytes.subarray(0, HEAD_BYTES)) ? code : undefined;
  } catch {
    // There is none yet, or none that we may read: then the script is compiled.
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function writeWhole(folder: string, name: string, bytes: Buffer): boolean {
  const temporary = join(folder, `${name}.${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    writeFileSync(temporary, bytes, { mode: 0o644, flag: 'wx' });
    renameSync(temporary, join(folder, name));
    return true;
  } catch {
    tryToRemove(temporary);
    return false;
  }
}

function tryToRemove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made, which is why we are here.
  }
}
