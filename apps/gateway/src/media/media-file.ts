import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { MediaError, storing } from './media-error.ts';

/** Bytes as they come. */
export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes a file of a name that is not taken, for its owner only, and answers with its size; on the disk when it resolves.
 * Rejects with a MediaError, or with what the chunks reject with; what it began is then for the caller to remove.
 */
export async function writeNewFile(path: string, chunks: Chunks, maxBytes: number): Promise<number> {
  const file = await storing(open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  try {
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new MediaError('too_large');
      await storing(file.writeFile(chunk));
    }
    await storing(file.sync());
    return size;
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder survive a power cut, which may undo them although the bytes of the files are safe. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Opens an ordinary file; a link, a pipe, a folder or nothing at all is `undefined`, and none of them is waited for. */
export async function openOrdinaryFile(path: string): Promise<{ file: FileHandle; size: number } | undefined> {
  // Neither flag exists on Windows.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let file: FileHandle;
  try {
    file = await open(path, flags);
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  try {
    const status = await file.stat();
    if (status.isFile()) return { file, size: status.size };
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return undefined;
}
