import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import { readBootId } from './boot-id.ts';
import { fileNameOf } from './file-name.ts';
import { type HistoryPage, readMessagePage } from './message-page.ts';
import { fileHasText } from './message-search.ts';
import { createOpenFiles } from './open-files.ts';
import { openSessionHistory, type SessionHistory } from './session-history.ts';
import { openSessionIndex, type SessionIndex, type SessionSummary } from './session-index.ts';
import { readStoredNames, type StoredNames } from './stored-names.ts';

/** All sessions of one home (gateway.md, "History"). */
export interface HistoryStore {
  /** Opens a session; writes nothing before there is something to write. It is to be released before it is opened again. */
  open(sessionId: string): Promise<SessionHistory>;
  /** Newest first; `search` looks in titles, previews and texts. */
  list(query: ListQuery): Promise<{ readonly sessions: readonly SessionSummary[]; readonly total: number }>;
  /** Messages of one session, the last ones or those before a cursor; undefined when there is no such session. */
  page(
    sessionId: string,
    query: { readonly before?: number; readonly limit: number },
  ): Promise<HistoryPage | undefined>;
  /** Removes what is stored of a session that is not open; whether there was anything. */
  delete(sessionId: string): Promise<boolean>;
  /** Sessions with messages that have no answer. */
  unanswered(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What to list. */
export interface ListQuery {
  readonly offset: number;
  readonly limit: number;
  readonly search?: string;
}

interface StoreOptions {
  readonly folder: string;
  readonly log: FastifyBaseLogger;
  readonly bootId?: string;
  readonly now?: () => number;
}

/** What one search reads at most; further sessions are found by title and preview alone. */
const MAX_SEARCHED_BYTES = 64 * 1024 * 1024;
const FRAMES_FOLDER = 'frames';

type OpenedIndex = SessionIndex & { readonly names: StoredNames };

/** Creates the store; the folder is looked at when it is needed first. */
export function createHistoryStore(options: StoreOptions): HistoryStore {
  return new FileStore(options);
}

class FileStore implements HistoryStore {
  readonly #options: StoreOptions;
  readonly #bootId: string;
  readonly #openFiles = createOpenFiles();
  #index: Promise<OpenedIndex> | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#bootId = options.bootId ?? readBootId();
  }

  async open(sessionId: string): Promise<SessionHistory> {
    const index = await this.#opened();
    const { log, now = Date.now } = this.#options;
    return openSessionHistory({
      id: sessionId,
      ...this.#filesOf(sessionId),
      ...{ bootId: this.#bootId, openFiles: this.#openFiles, names: index.names, log, now },
      onStored: (message, size) => index.note(sessionId, message, size),
    });
  }

  async list({ offset, limit, search }: ListQuery) {
    const { all } = await this.#opened();
    const found = search === undefined || search.trim() === '' ? all : await this.#search(all, search.trim());
    const sessions = found
      .slice(offset, offset + limit)
      .map(({ id, title, preview, message_count, created, updated }) => ({
        ...{ id, title, preview, message_count, created, updated },
      }));
    return { sessions, total: found.length };
  }

  page(sessionId: string, query: { readonly before?: number; readonly limit: number }) {
    return readMessagePage(this.#filesOf(sessionId).file, query);
  }

  async delete(sessionId: string): Promise<boolean> {
    const index = await this.#opened();
    const { file, journalFile } = this.#filesOf(sessionId);
    index.delete(sessionId);
    await rm(journalFile, { force: true });
    return rm(file).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    );
  }

  async unanswered(): Promise<readonly string[]> {
    return (await this.#opened()).unanswered;
  }

  async close(): Promise<void> {
    await (await this.#index?.catch(() => undefined))?.close();
  }

  #opened(): Promise<OpenedIndex> {
    this.#index ??= this.#openIndex();
    return this.#index;
  }

  async #openIndex(): Promise<OpenedIndex> {
    const { folder, log } = this.#options;
    try {
      const frames = join(folder, FRAMES_FOLDER);
      await mkdir(frames, { recursive: true, mode: 0o700 });
      const names = await readStoredNames([folder, frames]);
      return Object.assign(await openSessionIndex(folder, log), { names });
    } catch (error) {
      // Tried again at the next need: a disk that was full may have room by then.
      this.#index = undefined;
      throw error;
    }
  }

  async #search(all: readonly SessionSummary[], search: string): Promise<readonly SessionSummary[]> {
    const wanted = search.toLowerCase();
    const found: SessionSummary[] = [];
    let left = MAX_SEARCHED_BYTES;
    for (const summary of all) {
      const isInSummary = `${summary.title}\n${summary.preview}`.toLowerCase().includes(wanted);
      if (isInSummary) found.push(summary);
      if (isInSummary || left <= 0) continue;
      const { isFound, bytes } = await fileHasText(this.#filesOf(summary.id).file, wanted, left);
      left -= bytes;
      if (isFound) found.push(summary);
    }
    return found;
  }

  #filesOf(sessionId: string) {
    const { folder } = this.#options;
    const name = `${fileNameOf(sessionId)}.jsonl`;
    return { file: join(folder, name), journalFile: join(folder, FRAMES_FOLDER, name) };
  }
}
