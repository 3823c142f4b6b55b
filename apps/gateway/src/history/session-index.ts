import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import { z } from 'zod';
import { type AppendFile, createAppendFile } from './append-file.ts';
import { fileNameOf } from './file-name.ts';
import { linesForward, linesOf, openToRead } from './lines.ts';
import { isMessage, parseLine, type StoredMessage } from './stored-message.ts';

/** One session in a list; times are ISO 8601, JSON names as the API has them. */
export interface SessionSummary {
  readonly id: string;
  readonly title: string;
  readonly preview: string;
  readonly message_count: number;
  readonly created: string;
  readonly updated: string;
}

const IndexEntry = z.object({
  id: z.string(),
  title: z.string(),
  preview: z.string(),
  message_count: z.number().int(),
  created: z.string(),
  updated: z.string(),
  /** How much of the file is in this entry. */
  size: z.number().int(),
  /** The `message_id` of messages without an answer. */
  unanswered: z.array(z.string()),
});
type IndexEntry = z.output<typeof IndexEntry>;

/** All sessions, without a look at their files. */
export interface SessionIndex {
  /** Newest first. */
  readonly all: readonly SessionSummary[];
  /** Sessions with messages that have no answer. */
  readonly unanswered: readonly string[];
  note(id: string, message: StoredMessage, size: number): void;
  delete(id: string): void;
  close(): Promise<void>;
}

const INDEX_FILE = 'index.jsonl';
const SAVE_AFTER_MS = 1_000;
const TITLE_CHARS = 80;
const PREVIEW_CHARS = 160;
const MAX_UNANSWERED = 300;
/** What comes of them together is dealt with in one go, which must not hold up anything else for long. */
const FILES_AT_ONCE = 8;

/** Reads the index, and of the sessions' files only what is newer than it: it may be behind, or not be there at all. */
export async function openSessionIndex(folder: string, log: FastifyBaseLogger): Promise<SessionIndex> {
  const path = join(folder, INDEX_FILE);
  const { entries, lines, size } = await readIndex(path, log);
  const names = (await readdir(folder).catch(() => [])).filter(
    (name) => name.endsWith('.jsonl') && name !== INDEX_FILE,
  );
  const byFile = new Map([...entries.values()].map((entry) => [`${fileNameOf(entry.id)}.jsonl`, entry]));
  const current = new Map<string, IndexEntry>();
  for (let start = 0; start < names.length; start += FILES_AT_ONCE) {
    const found = await Promise.all(
      names.slice(start, start + FILES_AT_ONCE).map((name) => bringUpToDate(join(folder, name), byFile.get(name), log)),
    );
    for (const [offset, entry] of found.entries()) {
      // A copy that somebody made says of itself that it is the session.
      if (entry !== undefined && names[start + offset] === `${fileNameOf(entry.id)}.jsonl`)
        current.set(entry.id, entry);
    }
  }
  const index = new FileIndex(createAppendFile(path, size), current);
  for (const [id, entry] of current) if (entries.get(id) !== entry) index.save(id);
  // One line for each entry is as short as it gets.
  if (lines > 2 * current.size + 100 || lines < current.size) await index.rewrite().catch(() => {});
  return index;
}

async function readIndex(path: string, log: FastifyBaseLogger) {
  const entries = new Map<string, IndexEntry>();
  let lines = 0;
  let size = 0;
  try {
    for await (const { text, end } of linesOf(path)) {
      lines += 1;
      size = end;
      const entry = parseEntry(text);
      if (entry !== undefined) entries.set(entry.id, entry);
    }
  } catch (error) {
    // Everything in it can be found in the files of the sessions.
    log.error({ code: 'history_unreadable', err: error, path }, 'the list of sessions cannot be read and is made anew');
  }
  return { entries, lines, size };
}

function parseEntry(text: string): IndexEntry | undefined {
  try {
    return IndexEntry.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function bringUpToDate(
  path: string,
  known: IndexEntry | undefined,
  log: FastifyBaseLogger,
): Promise<IndexEntry | undefined> {
  try {
    const { size } = await stat(path);
    if (known !== undefined && known.size === size) return known;
    // An entry of no size is what a deleted session left.
    const isLonger = known !== undefined && known.size > 0 && known.size < size;
    return await readOn(path, isLonger ? known : undefined);
  } catch (error) {
    log.error({ code: 'history_unreadable', err: error, path }, 'a session cannot be read and is not listed');
    return known;
  }
}

async function readOn(path: string, known: IndexEntry | undefined): Promise<IndexEntry | undefined> {
  const handle = await openToRead(path);
  if (handle === undefined) return undefined;
  let entry = known;
  try {
    for await (const { text, end } of linesForward(handle, known?.size ?? 0)) {
      const line = parseLine(text);
      if (isMessage(line)) entry = withMessage(entry ?? begunBy(path, line), line, end);
      else if (line !== undefined && entry === undefined) entry = begun(line.session_id, line.created, end);
    }
    return entry;
  } finally {
    await handle.close();
  }
}

const begun = (id: string, created: string, size: number): IndexEntry => ({
  ...{ id, title: '', preview: '', message_count: 0, created, updated: created, size, unanswered: [] },
});

/** The session of a file that does not say whose it is, because its first line is damaged. */
function begunBy(path: string, { time }: StoredMessage): IndexEntry {
  const name = basename(path, '.jsonl');
  if (fileNameOf(name) !== name) throw new Error('the file does not say of which session it is');
  return begun(name, new Date(time).toISOString(), 0);
}

function withMessage(entry: IndexEntry, message: StoredMessage, size: number): IndexEntry {
  const isPerson = message.role === 'user';
  const text = message.content.trim();
  const unanswered = isPerson
    ? [...entry.unanswered, message.message_id].slice(-MAX_UNANSWERED)
    : entry.unanswered.filter((id) => id !== message.reply_to);
  return {
    ...entry,
    title: entry.title === '' && isPerson ? shortened(text.split('\n')[0] ?? '', TITLE_CHARS) : entry.title,
    preview: text === '' ? entry.preview : shortened(text.replace(/\s+/g, ' '), PREVIEW_CHARS),
    message_count: entry.message_count + 1,
    updated: new Date(message.time).toISOString(),
    size,
    unanswered,
  };
}

/** By whole characters, as people see them, is not needed here; half of a pair of code units would be. */
function shortened(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

class FileIndex implements SessionIndex {
  readonly #file: AppendFile;
  readonly #entries: Map<string, IndexEntry>;
  readonly #unsaved = new Set<string>();
  #sorted: readonly IndexEntry[] | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: AppendFile, entries: Map<string, IndexEntry>) {
    this.#file = file;
    this.#entries = entries;
  }

  get all(): readonly SessionSummary[] {
    this.#sorted ??= [...this.#entries.values()].sort((one, other) => (one.updated < other.updated ? 1 : -1));
    return this.#sorted;
  }

  get unanswered(): readonly string[] {
    return [...this.#entries.values()].filter(({ unanswered }) => unanswered.length > 0).map(({ id }) => id);
  }

  note(id: string, message: StoredMessage, size: number): void {
    const before = this.#entries.get(id) ?? begun(id, new Date(message.time).toISOString(), 0);
    this.#entries.set(id, withMessage(before, message, size));
    this.save(id);
  }

  delete(id: string): void {
    if (!this.#entries.delete(id)) return;
    this.save(id);
  }

  save(id: string): void {
    this.#sorted = undefined;
    this.#unsaved.add(id);
    this.#timer ??= setTimeout(() => this.#write(), SAVE_AFTER_MS).unref();
  }

  async rewrite(): Promise<void> {
    await this.#file.replace(async () => [...this.#entries.values()].map(lineOf).join(''));
    this.#unsaved.clear();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#write();
    await this.#file.close();
  }

  #write(): void {
    this.#timer = undefined;
    // Without a mark of its own a deleted one would be believed of a new session of the same name.
    const lines = [...this.#unsaved].map((id) => lineOf(this.#entries.get(id) ?? begun(id, '', 0)));
    this.#unsaved.clear();
    // Lost, it is made anew from the files.
    if (lines.length > 0) this.#file.append(lines.join(''), 'written').catch(() => {});
  }
}

const lineOf = (entry: IndexEntry): string => `${JSON.stringify(entry)}\n`;
