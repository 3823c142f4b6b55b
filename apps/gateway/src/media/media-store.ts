import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PicoPath } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';

/** A stored file. */
export interface StoredMedia {
  /** Unguessable; with the extension of its type. */
  readonly id: string;
  /** Where it is served, below the base path of whoever serves it. */
  readonly url: string;
  readonly mediaType: string;
  readonly size: number;
}

/** Files of the chat: what people send inside messages and what agents make. */
export interface MediaStore {
  readonly folder: string;
  /** Its type is what its bytes say. On the disk when it resolves; rejects with a MediaError. */
  put(bytes: Uint8Array): Promise<StoredMedia>;
  /** Its bytes, or nothing when it is not there any more. */
  read(id: string): Promise<Buffer | undefined>;
  delete(id: string): Promise<void>;
  /** Removes what is too old, and the oldest of what is too much. */
  sweep(): Promise<void>;
  close(): void;
}

interface MediaOptions {
  readonly folder: string;
  readonly log: FastifyBaseLogger;
  /** How much is kept, and for how long. */
  readonly limits?: () => MediaLimits;
  readonly now?: () => number;
}

/** What is kept at most. */
export interface MediaLimits {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

/** A file could not be stored; match the code. */
export class MediaError extends Error {
  override readonly name = 'MediaError';
  readonly code = 'storage_failed';
}

const SWEEP_MS = 3_600_000;
const UNKNOWN = { ext: 'bin', mime: 'application/octet-stream' };
/** A hundred and twenty-eight bits in base64url, and the extension. */
const ID = /^[\w-]{22}\.[a-z0-9]{1,8}$/;
const TEMPORARY = /\.new$/;

/** Whether a text can be the id of a stored file; anything else never becomes a path. */
export const isMediaId = (text: string): boolean => ID.test(text);

/** The id in the address of a stored file, whatever path it is served below. */
export function mediaIdOf(url: string): string | undefined {
  const at = url.lastIndexOf(PicoPath.media);
  const id = at < 0 ? '' : url.slice(at + PicoPath.media.length);
  return isMediaId(id) ? id : undefined;
}

/** Creates the store; the folder is made with the first file. */
export function createMediaStore(options: MediaOptions): MediaStore {
  return new FolderMediaStore(options);
}

const DAY_MS = 86_400_000;
const DEFAULT_LIMITS: MediaLimits = { maxAgeMs: 30 * DAY_MS, maxBytes: 1024 ** 3 };

class FolderMediaStore implements MediaStore {
  readonly folder: string;
  readonly #options: MediaOptions;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;

  constructor(options: MediaOptions) {
    this.folder = options.folder;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#timer = setInterval(() => void this.sweep(), SWEEP_MS).unref();
  }

  async put(bytes: Uint8Array): Promise<StoredMedia> {
    const { ext, mime } = await typeOf(bytes);
    const id = `${randomBytes(16).toString('base64url')}.${ext}`;
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await this.#write(join(this.folder, id), bytes);
    } catch (cause) {
      throw new MediaError('a file could not be stored', { cause });
    }
    return { id, url: `${PicoPath.media}${id}`, mediaType: mime, size: bytes.byteLength };
  }

  async read(id: string): Promise<Buffer | undefined> {
    if (!isMediaId(id)) return undefined;
    try {
      const handle = await open(join(this.folder, id), constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async delete(id: string): Promise<void> {
    if (isMediaId(id)) await rm(join(this.folder, id), { force: true });
  }

  async sweep(): Promise<void> {
    const { log, limits = () => DEFAULT_LIMITS } = this.#options;
    const { maxAgeMs, maxBytes } = limits();
    try {
      const files = (await this.#files()).sort((one, other) => other.changedAt - one.changedAt);
      let kept = 0;
      let removed = 0;
      for (const { path, size, changedAt } of files) {
        const ageMs = this.#now() - changedAt;
        // Half written by a process that is gone.
        const isLeftOver = TEMPORARY.test(path) && ageMs > SWEEP_MS;
        kept += size;
        if (ageMs <= maxAgeMs && kept <= maxBytes && !isLeftOver) continue;
        kept -= size;
        removed += 1;
        await rm(path, { force: true });
      }
      if (removed > 0) log.info({ code: 'media_swept', removed }, 'old files of the chat were removed');
    } catch (error) {
      log.error({ code: 'media_unreadable', err: error }, 'the files of the chat cannot be looked through');
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = `${path}.new`;
    try {
      const handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async #files() {
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const files = [];
    for (const name of names.filter((each) => isMediaId(each.replace(TEMPORARY, '')))) {
      const path = join(this.folder, name);
      const { size, mtimeMs } = await lstat(path);
      files.push({ path, size, changedAt: mtimeMs });
    }
    return files;
  }
}

/** What the bytes are, whatever their sender says; what has no signature (text, SVG, HTML) is nothing in particular. */
async function typeOf(bytes: Uint8Array): Promise<{ ext: string; mime: string }> {
  // Needed with the first image, not at the start of the process.
  const { fileTypeFromBuffer } = await import('file-type');
  const found = await fileTypeFromBuffer(bytes);
  if (found === undefined || !/^[a-z0-9]{1,8}$/.test(found.ext)) return UNKNOWN;
  return /xml|html/.test(found.mime) ? UNKNOWN : found;
}
