import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';

/** Which sessions have files; this gateway is the only one that makes any (gateway.md, "one per home"). */
export interface StoredNames {
  /** Whether a file may be there: asking the disk for each that is not costs more than all else when a chat opens. */
  has(path: string): boolean;
  /** It is about to be made. */
  add(path: string): void;
}

/** Reads the names in these folders. */
export async function readStoredNames(folders: readonly string[]): Promise<StoredNames> {
  const names = new Set((await Promise.all(folders.map((folder) => readdir(folder)))).flat());
  return {
    has: (path) => names.has(basename(path)),
    add: (path) => void names.add(basename(path)),
  };
}
