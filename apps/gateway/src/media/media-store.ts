import { randomBytes } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PicoPath } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import { z } from 'zod';
import { cleanFileName } from './file-name.ts';
import { storing } from './media-error.ts';
import { type Chunks, openOrdinaryFile, syncFolder, writeNewFile } from './media-file.ts';
import { type MediaLimits, removeMedia, sweepMedia } from './media-sweep.ts';
import { mediaTypeOf } from './media-type.ts';

/** A stored file. */
export interface StoredMedia {
  /** Unguessable; with the extension of its type. */
  readonly id: string;
  /** Where it is served, below the base path of whoever serves it. */
  readonly url: string;
  readonly mediaType: string;
  readonly size: number;
  /** What whoever sent it calls it: to be shown, never a path. */
  readonly filename?: string;
}

/** What a sender says of a file. */
interface SenderSays {
  readonly filename?: string | undefined;
  /** Believed only of text, which has no signature. */
  readonly contentType?: string | undefined;
}

/** Files of the chat: what people send inside messages and what agents make. */
export interface MediaStore {
  readonly folder: string;
  /** Its type is what its bytes say. On the disk when it resolves; rejects with a MediaError, and then leaves nothing. */
  put(content: Uint8Array | Chunks, says?: SenderSays): Promise<StoredMedia>;
  /** What is known of a file, or nothing when it is not there any more. */
  get(id: string): Promise<StoredMedia | undefined>;
  /** Its bytes, or nothing when it is not there any more. */
  read(id: string): Promise<Buffer | undefined>;
  delete(id: string): Promise<void>;
  /** Removes what is too old, the oldest of what is too much, and what a crash has left half done. */
  sweep(): Promise<void>;
  close(): void;
}

interface MediaOptions {
  readonly folder: string;
  readonly log: FastifyBaseLogger;
  /** How much is kept in all, and for how long. Default: 1 GiB, 30 days. */
  readonly limits?: () => MediaLimits;
  /** Of one file. Default: 100 MiB. */
  readonly maxFileBytes?: number;
  readonly now?: () => number;
}

const SWEEP_MS = 3_600_000;
/** By so much may what is kept in all grow beyond its limit before it is looked at, not only each hour. */
const SWEEP_SHARE = 0.1;
const DEFAULT_LIMITS: MediaLimits = { maxAgeMs: 30 * 86_400_000, maxBytes: 1024 ** 3 };
const DEFAULT_MAX_FILE_BYTES = 100 * 1024 ** 2;
/**
 * A hundred and twenty-eight random bits in base64url, and the extension. Not the digest of the bytes: by that one could
 * ask whether a file is there, and what two sessions share could not go with one of them.
 */
const ID = /^[\w-]{22}\.[a-z0-9]{1,8}$/;

/** Lies beside each file. */
const Description = z.object({ media_type: z.string(), filename: z.string().optional() });
const MAX_DESCRIPTION_BYTES = 4_096;

/** Whether a text can be the id of a stored file; anything else never becomes a path. */
const isMediaId = (text: string): boolean => ID.test(text);

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

class FolderMediaStore implements MediaStore {
  readonly folder: string;
  readonly #options: MediaOptions;
  readonly #limits: () => MediaLimits;
  readonly #timer: NodeJS.Timeout;
  #bytesSinceSweep = 0;

  constructor(options: MediaOptions) {
    this.folder = options.folder;
    this.#options = options;
    this.#limits = options.limits ?? (() => DEFAULT_LIMITS);
    this.#timer = setInterval(() => void this.sweep(), SWEEP_MS).unref();
  }

  async put(content: Uint8Array | Chunks, { filename = '', contentType }: SenderSays = {}): Promise<StoredMedia> {
    const key = randomBytes(16).toString('base64url');
    const written = [join(this.folder, `.${key}.new`), join(this.folder, `.${key}.json.new`)] as const;
    let named: Names | undefined;
    try {
      await storing(mkdir(this.folder, { recursive: true, mode: 0o700 }));
      const chunks = content instanceof Uint8Array ? [content] : content;
      const size = await writeNewFile(written[0], chunks, this.#options.maxFileBytes ?? DEFAULT_MAX_FILE_BYTES);
      const { extension, mediaType } = await mediaTypeOf(written[0], contentType);
      const name = cleanFileName(filename);
      const description = { media_type: mediaType, ...(name !== undefined && { filename: name }) };
      await writeNewFile(written[1], [Buffer.from(JSON.stringify(description))], MAX_DESCRIPTION_BYTES);
      const id = `${key}.${extension}`;
      named = this.#namesOf(id);
      await storing(this.#publish(written, named));
      this.#count(size);
      return storedMedia(id, size, description);
    } catch (error) {
      await removeMedia([...written, ...(named ?? [])]).catch(() => undefined);
      throw error;
    }
  }

  async get(id: string): Promise<StoredMedia | undefined> {
    if (!isMediaId(id)) return undefined;
    const [path, descriptionPath] = this.#namesOf(id);
    const description = await describedIn(descriptionPath);
    if (description === undefined) return undefined;
    const opened = await openOrdinaryFile(path);
    if (opened === undefined) return undefined;
    await opened.file.close();
    return storedMedia(id, opened.size, description);
  }

  async read(id: string): Promise<Buffer | undefined> {
    const opened = isMediaId(id) ? await openOrdinaryFile(join(this.folder, id)) : undefined;
    return opened?.file.readFile().finally(() => opened.file.close());
  }

  async delete(id: string): Promise<void> {
    if (isMediaId(id)) await removeMedia(this.#namesOf(id));
  }

  async sweep(): Promise<void> {
    const { log, now = Date.now } = this.#options;
    this.#bytesSinceSweep = 0;
    try {
      const removed = await sweepMedia(this.folder, this.#limits(), now());
      if (removed > 0) log.info({ code: 'media_swept', removed }, 'old files of the chat were removed');
    } catch (error) {
      log.error({ code: 'media_unreadable', err: error }, 'the files of the chat cannot be looked through');
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #namesOf(id: string): Names {
    const path = join(this.folder, id);
    return [path, `${path}.json`];
  }

  /** The description comes last: a file without one is not there. */
  async #publish([file, description]: Names, [path, descriptionPath]: Names): Promise<void> {
    await rename(file, path);
    await rename(description, descriptionPath);
    await syncFolder(this.folder);
  }

  #count(size: number): void {
    this.#bytesSinceSweep += size;
    if (this.#bytesSinceSweep > this.#limits().maxBytes * SWEEP_SHARE) void this.sweep();
  }
}

/** Of a file and of its description. */
type Names = readonly [string, string];

const storedMedia = (id: string, size: number, { media_type, filename }: z.infer<typeof Description>): StoredMedia => ({
  ...{ id, url: `${PicoPath.media}${id}`, mediaType: media_type, size },
  ...(filename !== undefined && { filename }),
});

async function describedIn(path: string): Promise<z.infer<typeof Description> | undefined> {
  const opened = await openOrdinaryFile(path);
  if (opened === undefined) return undefined;
  const { file, size } = opened;
  try {
    if (size > MAX_DESCRIPTION_BYTES) return undefined;
    return Description.safeParse(JSON.parse(await file.readFile('utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  } finally {
    await file.close();
  }
}
