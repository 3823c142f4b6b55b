import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { reasonOf } from './bounded-file.ts';
import { ConfigError } from './config-error.ts';

const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;

/**
 * Replaces a file so that a reader, or a crash at any instant, sees the old or the new content and nothing between.
 * The result has mode 0600 whatever it had before. A symbolic link stays one: its target is replaced.
 * Throws `ConfigError` (`config_unwritable`).
 */
export async function writeFileAtomically(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: PRIVATE_DIRECTORY });
    const target = await writeTarget(file);
    const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
    try {
      await writeDurably(temporary, text, await ownerOf(target));
      await rename(temporary, target);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
    await syncDirectory(dirname(target));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw unwritable(file, reasonOf(error), error);
  }
}

/** Deletes what writers that were killed left beside a file. Only safe while the lock of the file is held. */
export async function removeAbandonedTemporaries(file: string): Promise<void> {
  const target = await writeTarget(file).catch(() => file);
  const isAbandoned = (name: string) => name.startsWith(`.${basename(target)}.`) && name.endsWith('.tmp');
  const names = await readdir(dirname(target)).catch(() => []);
  await Promise.all(
    names.filter(isAbandoned).map((name) => unlink(join(dirname(target), name)).catch(() => undefined)),
  );
}

/** A `config_unwritable` error for a file. */
export function unwritable(file: string, reason: string, cause?: unknown): ConfigError {
  return new ConfigError('config_unwritable', [{ file, path: '', message: `cannot be written: ${reason}` }], cause);
}

async function writeTarget(file: string): Promise<string> {
  const status = await lstat(file).catch(ignoreAbsent);
  if (status === undefined) return file;
  const target = status.isSymbolicLink() ? await realpath(file) : file;
  if (!(await stat(target)).isFile()) throw unwritable(file, 'is not an ordinary file');
  return target;
}

async function ownerOf(target: string): Promise<{ uid: number; gid: number } | undefined> {
  return stat(target).catch(ignoreAbsent);
}

async function writeDurably(file: string, text: string, owner: { uid: number; gid: number } | undefined) {
  const handle = await open(file, 'wx', PRIVATE_FILE);
  try {
    await handle.writeFile(text);
    await handle.chmod(PRIVATE_FILE); // the umask may have taken more away than we want
    // Root must not take a person's file away from them by rewriting it.
    if (owner && process.getuid?.() === 0 && owner.uid !== 0) await handle.chown(owner.uid, owner.gid);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Without this a power cut can undo the rename although the file's own bytes are safe. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreAbsent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}
