import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HistoryError } from './history-error.ts';
import { createOpenFiles, type OpenFiles } from './open-files.ts';
import type { StoredNames } from './stored-names.ts';

/** A file of lines that only grows; what is handed over is on the disk when the promise resolves, or nowhere. */
export interface AppendFile {
  /** What is in it and whole, in bytes; what is being written is not counted. */
  readonly size: number;
  /** `synced`: it outlives a loss of power, else the end of this process. Rejects with a HistoryError. */
  append(text: string, how: 'written' | 'synced'): Promise<void>;
  /** Puts another content in its place, at once or not at all, between two appends. */
  replace(make: () => Promise<string>): Promise<void>;
  /** Settles when all that was handed over has been dealt with. */
  settled(): Promise<void>;
  /** Lets go of the descriptor; a further append takes another one. */
  close(): Promise<void>;
}

interface AppendFileOptions {
  /** What it begins with, whichever append comes to be the first. */
  readonly header?: () => string;
  /** Who it shares the descriptors with. */
  readonly openFiles?: OpenFiles;
  /** Where it is noted that the file is there. */
  readonly names?: StoredNames;
}

interface Append {
  readonly text: string;
  readonly isSynced: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Who says nothing for this long has no descriptor: there may be many sessions. */
const IDLE_MS = 5_000;
/** Nothing is followed and nothing waited for; Windows knows neither links nor pipes in this sense. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** With it a write is over when it is on the disk (open(2)): one way to another thread and back in the place of two. */
const WRITE_THROUGH = constants.O_DSYNC ?? 0;

/**
 * Appends behind the first `size` bytes, which are whole. All that is handed over while the disk is busy goes there
 * together, and is synced together (group commit).
 */
export function createAppendFile(path: string, size: number, options: AppendFileOptions = {}): AppendFile {
  return new GroupedAppends(path, size, options);
}

class GroupedAppends implements AppendFile {
  readonly #path: string;
  readonly #header: () => string;
  readonly #openFiles: OpenFiles;
  readonly #names: StoredNames | undefined;
  #size: number;
  /** There is room for its descriptor. */
  #hasRoom = false;
  /** Its name is on the disk. */
  #isInFolder: boolean;
  #handle: FileHandle | undefined;
  /** What is written to the descriptor is synced by that. */
  #writesThrough = false;
  #waiting: Append[] = [];
  #work: Promise<void> = Promise.resolve();
  #isDraining = false;
  /** Behind the whole bytes there may be others, of a write that failed. */
  #isClean = false;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(
    path: string,
    size: number,
    { header = () => '', openFiles = createOpenFiles(1), names }: AppendFileOptions,
  ) {
    this.#path = path;
    this.#size = size;
    this.#header = header;
    this.#openFiles = openFiles;
    this.#names = names;
    this.#isInFolder = size > 0;
  }

  get size(): number {
    return this.#size;
  }

  append(text: string, how: 'written' | 'synced'): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, isSynced: how === 'synced', resolve, reject });
      this.#startDraining();
    });
  }

  replace(make: () => Promise<string>): Promise<void> {
    const replaced = this.#work.then(() => this.#replace(make));
    this.#work = replaced.catch(() => {});
    return replaced;
  }

  async settled(): Promise<void> {
    await this.#work;
    if (this.#isDraining) await this.settled();
  }

  close(): Promise<void> {
    // In its turn, for what is being written needs the descriptor.
    this.#work = this.#work.then(() => this.#letGo());
    return this.settled();
  }

  #startDraining(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    clearTimeout(this.#idleTimer);
    // After all that this turn leads to, so that it goes in one write.
    this.#work = this.#work.then(() => new Promise(process.nextTick)).then(() => this.#drain());
  }

  async #drain(): Promise<void> {
    if (this.#hasRoom) this.#openFiles.wake(this);
    else await this.#openFiles.enter();
    this.#hasRoom = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#commit(batch);
    }
    this.#isDraining = false;
    this.#openFiles.rest(this);
    this.#idleTimer = setTimeout(() => void this.close(), IDLE_MS).unref();
  }

  async #commit(batch: readonly Append[]): Promise<void> {
    const header = this.#size === 0 ? this.#header() : '';
    const bytes = Buffer.from(header + batch.map(({ text }) => text).join(''));
    const isSynced = batch.some((append) => append.isSynced);
    try {
      await this.#write(bytes, isSynced);
      for (const { resolve } of batch) resolve();
    } catch (cause) {
      await this.#cutBack();
      // One that does not fit must not take along those that would.
      if (batch.length > 1) for (const append of batch) await this.#commit([append]);
      else for (const { reject } of batch) reject(new HistoryError(`${this.#path} cannot be written`, { cause }));
    }
  }

  async #write(bytes: Buffer, isSynced: boolean): Promise<void> {
    this.#handle ??= await this.#open(isSynced);
    if (!this.#isClean) await this.#handle.truncate(this.#size);
    this.#isClean = false;
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written, this.#size + written);
      written += bytesWritten;
    }
    if (isSynced && !this.#writesThrough) await this.#handle.datasync();
    if (isSynced && !this.#isInFolder) await syncFolder(dirname(this.#path));
    this.#isInFolder ||= isSynced;
    this.#isClean = true;
    this.#size += bytes.length;
  }

  /** Whose first append is to be synced has more of that kind. */
  #open(isSynced: boolean): Promise<FileHandle> {
    this.#names?.add(this.#path);
    this.#writesThrough = isSynced && WRITE_THROUGH > 0;
    return open(this.#path, this.#writesThrough ? FLAGS | WRITE_THROUGH : FLAGS, 0o600);
  }

  async #replace(make: () => Promise<string>): Promise<void> {
    const temporary = `${this.#path}.new`;
    try {
      const text = await make();
      const handle = await open(temporary, FLAGS | constants.O_TRUNC, 0o600);
      try {
        await handle.writeFile(text);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(temporary, this.#path);
      await this.#letGo();
      this.#size = Buffer.byteLength(text);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** What came half way to the disk must not be in front of what follows. */
  async #cutBack(): Promise<void> {
    this.#isClean = await (this.#handle?.truncate(this.#size).then(
      () => true,
      () => false,
    ) ?? false);
  }

  async #letGo(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const handle = this.#handle;
    this.#handle = undefined;
    this.#isClean = false;
    // What was promised has been synced: that a descriptor could not be closed well changes nothing.
    await handle?.close().catch(() => {});
    if (!this.#hasRoom) return;
    this.#hasRoom = false;
    this.#openFiles.leave(this);
  }
}

/** The name of a new file is in its folder, which has a cache of its own. */
async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and keeps its names without that.
  if (process.platform === 'win32') return;
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
