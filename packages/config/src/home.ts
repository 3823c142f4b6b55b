import { mkdir } from 'node:fs/promises';
import { unwritable } from './atomic-file.ts';
import { reasonOf } from './bounded-file.ts';
import type { Paths } from './paths.ts';

/** Makes the home and its `logs` and `sessions` directories, for their owner only. Throws `ConfigError` (`config_unwritable`). */
export async function ensureHome(paths: Paths): Promise<void> {
  for (const directory of [paths.home, paths.logsDirectory, paths.sessionsDirectory]) {
    try {
      await makeDirectory(directory);
    } catch (error) {
      throw unwritable(directory, reasonOf(error), error);
    }
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    // On a read-only file system a recursive mkdir says ENOENT; the plain one says what is wrong.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(directory, { mode: 0o700 });
  }
}
