import type { FastifyBaseLogger } from 'fastify';
import { answerIdOf } from './answer-id.ts';
import { type AppendFile, createAppendFile } from './append-file.ts';
import { type FrameJournal, openFrameJournal } from './frame-journal.ts';
import type { JournalFrame, NumberedFrame } from './journal-line.ts';
import { linesBackward, openToRead } from './lines.ts';
import { EMPTY_TAIL, MAX_IDS, type MessageTail, readMessageTail } from './message-tail.ts';
import type { OpenFiles } from './open-files.ts';
import { type HeaderLine, isMessage, messageOf, parseLine, type StoredMessage } from './stored-message.ts';
import type { StoredNames } from './stored-names.ts';

/** What was said in one session, and what its clients have heard (gateway.md, "History"). */
export interface SessionHistory {
  readonly id: string;
  /** The last number that a frame was given. */
  readonly seq: number;
  /** The last number that is known to have been given out; `seq` may be higher. */
  readonly knownSeq: number;
  /** Messages of people that had no answer when the session was opened, in order. */
  readonly unanswered: readonly StoredMessage[];
  /** The `message_id` of what a client sent under that id, if it is one of the last few thousand. */
  find(clientId: string): string | undefined;
  /** On the disk when it resolves; rejects with a HistoryError, and then nothing of it is kept. */
  addMessage(message: Omit<StoredMessage, 'role'>, heardSeq?: number): Promise<void>;
  /** The same for a finished answer; from then on its message is answered. */
  addAnswer(answer: Omit<StoredMessage, 'role'> & { readonly reply_to: string }, heardSeq?: number): Promise<void>;
  /** Numbers a frame, unless it has its number; `written` settles when it outlives this process. */
  addFrame(frame: JournalFrame, at?: number): { seq: number; written: Promise<void> };
  /** The frames after a number; `ok: false` when some are not known any more, or it was never given out. */
  framesAfter(after: number): Promise<{ ok: true; frames: readonly NumberedFrame[] } | { ok: false }>;
  /** What had been said of an answer when an earlier process ended in the middle of it. */
  said(answerId: string): string | undefined;
  /** The last messages with at most so many characters, oldest first. */
  recent(maxChars: number): Promise<readonly StoredMessage[]>;
  /** Lets go of files and memory. */
  release(): Promise<void>;
}

interface HistoryOptions {
  readonly id: string;
  readonly file: string;
  readonly journalFile: string;
  readonly bootId: string;
  readonly openFiles: OpenFiles;
  readonly names: StoredNames;
  readonly log: FastifyBaseLogger;
  /** What was stored, and how large the file is with it. */
  readonly onStored: (message: StoredMessage, size: number) => void;
  readonly now?: () => number;
}

/** Opens what is stored of a session; writes nothing before there is something to write. */
export async function openSessionHistory(options: HistoryOptions): Promise<SessionHistory> {
  const { file, journalFile, bootId, openFiles, names, log } = options;
  const tail = names.has(file) ? await readMessageTail(file, log) : EMPTY_TAIL;
  const { unanswered } = tail;
  const remember = unanswered.length === 0 ? NONE : new Set(unanswered.map(({ message_id }) => answerIdOf(message_id)));
  const journal = await openFrameJournal({
    path: journalFile,
    bootId,
    knownSeq: tail.seq,
    remember,
    openFiles,
    names,
    log,
  });
  return new FileHistory(options, tail, journal);
}

const NONE: ReadonlySet<string> = new Set();

class FileHistory implements SessionHistory {
  readonly id: string;
  readonly unanswered: readonly StoredMessage[];
  readonly #options: HistoryOptions;
  readonly #journal: FrameJournal;
  readonly #wholeSize: number;
  /** Made when something is said: of the chats that are open most are silent. */
  #appends: AppendFile | undefined;
  #ids: ReadonlyMap<string, string>;

  constructor(options: HistoryOptions, tail: MessageTail, journal: FrameJournal) {
    this.id = options.id;
    this.unanswered = tail.unanswered;
    this.#options = options;
    this.#journal = journal;
    this.#wholeSize = tail.size;
    this.#ids = tail.ids;
  }

  get seq(): number {
    return this.#journal.seq;
  }

  find(clientId: string): string | undefined {
    return this.#ids.get(clientId);
  }

  get knownSeq(): number {
    return this.#journal.knownSeq;
  }

  async addMessage(message: Omit<StoredMessage, 'role'>, heardSeq?: number): Promise<void> {
    await this.#add({ role: 'user', ...message }, heardSeq);
    if (message.id === undefined) return;
    this.#remember(message.id, message.message_id);
  }

  addAnswer(answer: Omit<StoredMessage, 'role'> & { reply_to: string }, heardSeq?: number): Promise<void> {
    return this.#add({ role: 'assistant', ...answer }, heardSeq);
  }

  addFrame(frame: JournalFrame, at?: number): { seq: number; written: Promise<void> } {
    return this.#journal.add(frame, at);
  }

  async framesAfter(after: number) {
    const frames = await this.#journal.after(after);
    return frames === undefined ? ({ ok: false } as const) : ({ ok: true, frames } as const);
  }

  said(answerId: string): string | undefined {
    return this.#journal.said(answerId);
  }

  async recent(maxChars: number): Promise<readonly StoredMessage[]> {
    // The answer before this question may be on its way to the disk.
    await this.#messages.settled();
    const handle = await openToRead(this.#options.file);
    if (handle === undefined) return [];
    try {
      const found: StoredMessage[] = [];
      let chars = 0;
      for await (const { text } of linesBackward(handle, this.#messages.size)) {
        const line = parseLine(text);
        if (!isMessage(line)) continue;
        chars += line.content.length;
        if (chars > maxChars && found.length > 0) break;
        found.push(messageOf(line));
      }
      return found.reverse();
    } finally {
      await handle.close();
    }
  }

  async release(): Promise<void> {
    await Promise.all([this.#appends?.close(), this.#journal.close()]);
  }

  get #messages(): AppendFile {
    this.#appends ??= this.#createAppends();
    return this.#appends;
  }

  #createAppends(): AppendFile {
    const { id, file, openFiles, names, now = Date.now } = this.#options;
    const header = () => headerLine({ v: 1, session_id: id, created: new Date(now()).toISOString() });
    return createAppendFile(file, this.#wholeSize, { header, openFiles, names });
  }

  #remember(clientId: string, messageId: string): void {
    // That of a session without a message is shared by all of these.
    const ids = this.#ids.size === 0 ? new Map<string, string>() : (this.#ids as Map<string, string>);
    ids.set(clientId, messageId);
    for (const oldest of ids.keys()) {
      if (ids.size <= MAX_IDS) break;
      ids.delete(oldest);
    }
    this.#ids = ids;
  }

  async #add(message: StoredMessage, seq = this.#journal.toldSeq): Promise<void> {
    await this.#messages.append(`${JSON.stringify({ ...message, seq })}\n`, 'synced');
    this.#options.onStored(message, this.#messages.size);
  }
}

const headerLine = (header: HeaderLine): string => `${JSON.stringify(header)}\n`;
