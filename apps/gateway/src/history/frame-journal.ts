import type { FastifyBaseLogger } from 'fastify';
import { type AppendFile, createAppendFile } from './append-file.ts';
import {
  createTextReader,
  isText,
  type JournalFrame,
  type JournalLine,
  type NumberedFrame,
  shortened,
  UNKNOWN_NUMBERS,
} from './journal-line.ts';
import { linesOf } from './lines.ts';
import type { OpenFiles } from './open-files.ts';
import type { StoredNames } from './stored-names.ts';

/** The frames that a session has said last, for clients that come back. */
export interface FrameJournal {
  /** The last number that was given out. */
  readonly seq: number;
  /** The last number that anybody may have heard: whoever gives a frame out waits for `written`. */
  readonly toldSeq: number;
  /** The last number that is known to have been given out: `seq` leaves some out where that is in doubt. */
  readonly knownSeq: number;
  /** Gives the frame the next number, or that one where it has one; `written` settles when it outlives this process. */
  add(frame: JournalFrame, at?: number): { seq: number; written: Promise<void> };
  /** The frames after a number, or nothing when some of them are not known any more, or it was never given out. */
  after(seq: number): Promise<readonly NumberedFrame[] | undefined>;
  /** The text of a message as it was said last, before this process. */
  said(messageId: string): string | undefined;
  close(): Promise<void>;
}

interface JournalOptions {
  readonly path: string;
  /** Told apart, because what was written without waiting for the disk may be lost when the machine, not the process, ended. */
  readonly bootId: string;
  /** The highest number that the history knows somebody to have heard. */
  readonly knownSeq: number;
  /** Messages whose text is worth remembering. */
  readonly remember: ReadonlySet<string>;
  readonly log: FastifyBaseLogger;
  readonly openFiles?: OpenFiles;
  readonly names?: StoredNames;
  readonly maxBytes?: number;
}

const MAX_BYTES = 2 * 1024 * 1024;

/** Opens the journal of a session; one that is not there, or cannot be read, is begun anew behind all known numbers. */
export async function openFrameJournal(options: JournalOptions): Promise<FrameJournal> {
  const { path, names } = options;
  const isThere = names === undefined || names.has(path);
  const found = isThere ? await readJournal(options) : NOTHING;
  return new Journal(options, found);
}

interface FoundJournal {
  readonly size: number;
  readonly lastLine: JournalLine | undefined;
  /** Its end cannot be read: which numbers were given out there, nobody knows. */
  readonly isDamaged: boolean;
  readonly boot: string | undefined;
  readonly texts: ReadonlyMap<string, string>;
}

const NOTHING: FoundJournal = { size: 0, lastLine: undefined, isDamaged: false, boot: undefined, texts: new Map() };

async function readJournal({ path, remember, log }: JournalOptions): Promise<FoundJournal> {
  const texts = new Map<string, string>();
  const reader = createTextReader();
  let size = 0;
  let lastLine: JournalLine | undefined;
  let boot: string | undefined;
  let isDamaged = false;
  try {
    for await (const { line, end } of journalLines(path)) {
      // Damage in the middle shows itself by the numbers that are missing.
      isDamaged = line === undefined;
      if (line === undefined) continue;
      size = end;
      lastLine = line;
      boot = line.boot ?? boot;
      const frame = reader.read(line);
      if (frame !== undefined && isText(frame) && remember.has(frame.payload.message_id)) {
        texts.set(frame.payload.message_id, frame.payload.content);
      }
    }
  } catch (error) {
    // No message depends on it.
    log.error({ code: 'history_unreadable', err: error, path }, 'a journal cannot be read and is begun anew');
    isDamaged = true;
  }
  return { size, lastLine, isDamaged, boot, texts };
}

class Journal implements FrameJournal {
  readonly #options: JournalOptions;
  readonly #wholeSize: number;
  /** Made when something is said, as is what grows: of the chats that are open most are silent. */
  #file: AppendFile | undefined;
  readonly #texts: ReadonlyMap<string, string>;
  /** The texts that grow at this moment. */
  #growing: Map<string, string> | undefined;
  #seq: number;
  #toldSeq: number;
  #knownSeq: number;
  #isBegun: boolean;
  #trimming: Promise<void> | undefined;
  /** Settles, never rejects, when the frames so far have been written, or could not be. */
  #lastWritten: Promise<void> = Promise.resolve();

  constructor(options: JournalOptions, { size, lastLine, isDamaged, boot, texts }: FoundJournal) {
    this.#options = options;
    this.#texts = texts;
    this.#wholeSize = size;
    const last = lastLine?.n ?? 0;
    this.#isBegun = lastLine !== undefined && !isDamaged && boot === options.bootId && last >= options.knownSeq;
    const isNew = lastLine === undefined && !isDamaged && options.knownSeq === 0;
    this.#seq = Math.max(last, options.knownSeq) + (this.#isBegun || isNew ? 0 : UNKNOWN_NUMBERS);
    this.#toldSeq = this.#seq;
    this.#knownSeq = Math.max(last, options.knownSeq);
  }

  get seq(): number {
    return this.#seq;
  }

  get toldSeq(): number {
    return this.#toldSeq;
  }

  get knownSeq(): number {
    return this.#knownSeq;
  }

  add(frame: JournalFrame, at = this.#seq + 1): { seq: number; written: Promise<void> } {
    if (at !== this.#seq + 1) this.#beginAt(at - 1);
    const beginning = this.#isBegun ? '' : lineOf({ n: this.#seq, boot: this.#options.bootId });
    this.#isBegun = true;
    this.#seq += 1;
    const seq = this.#seq;
    this.#knownSeq = seq;
    this.#growing ??= new Map();
    const written = this.#appends.append(beginning + lineOf({ n: seq, ...shortened(frame, this.#growing) }), 'written');
    const told = () => {
      this.#toldSeq = seq;
    };
    this.#lastWritten = written.then(told, () => {
      told();
      // What follows must not add to a text that is not there.
      this.#growing?.clear();
      this.#isBegun = false;
    });
    if (frame.type === 'typing.stop') {
      this.#growing?.clear();
      this.#trim();
    }
    return { seq, written };
  }

  get #appends(): AppendFile {
    this.#file ??= createAppendFile(this.#options.path, this.#wholeSize, this.#options);
    return this.#file;
  }

  /** What was said up to there was said elsewhere. */
  #beginAt(seq: number): void {
    this.#seq = seq;
    this.#isBegun = false;
    this.#growing?.clear();
  }

  async after(seq: number): Promise<readonly NumberedFrame[] | undefined> {
    // What is said from now on is not asked for; a session that talks on would never come to an end.
    const last = this.#seq;
    if (seq === last) return [];
    if (!(seq < last)) return undefined;
    await this.#lastWritten;
    const frames: NumberedFrame[] = [];
    const reader = createTextReader();
    for await (const { line } of journalLines(this.#options.path)) {
      if (line === undefined) continue;
      const frame = reader.read(line);
      if (line.boot !== undefined || line.n <= seq) continue;
      // Left out, damaged or never written: nobody knows what was said in between.
      if (frame === undefined || line.n !== seq + frames.length + 1) return undefined;
      frames.push({ seq: line.n, frame });
    }
    return seq + frames.length >= last ? frames : undefined;
  }

  said(messageId: string): string | undefined {
    return this.#texts.get(messageId);
  }

  async close(): Promise<void> {
    await this.#trimming;
    await this.#file?.close();
  }

  /** An update has the full text; only what it adds is written, so that a long answer does not cost its square. */
  #trim(): void {
    const { path, maxBytes = MAX_BYTES, log } = this.#options;
    if (this.#appends.size <= maxBytes || this.#trimming !== undefined) return;
    this.#trimming = this.#appends
      .replace(() => newestLines(path, maxBytes / 2))
      .catch((error: unknown) =>
        log.error({ code: 'storage_failed', err: error, path }, 'a journal could not be shortened'),
      )
      .finally(() => {
        this.#trimming = undefined;
      });
  }
}

/** The newest lines of a journal, as if it had begun with them. */
async function newestLines(path: string, maxBytes: number): Promise<string> {
  const reader = createTextReader();
  const kept: string[] = [];
  const known = new Set<string>();
  let boot: string | undefined;
  let total = 0;
  const sizes: number[] = [];
  for await (const { end } of journalLines(path)) {
    sizes.push(end);
    total = end;
  }
  let index = 0;
  for await (const { line } of journalLines(path)) {
    const isOld = total - (sizes[index] ?? 0) > maxBytes;
    index += 1;
    if (line === undefined) continue;
    boot = line.boot ?? boot;
    const frame = reader.read(line);
    if (isOld) continue;
    if (kept.length === 0 && line.boot === undefined && boot !== undefined) kept.push(lineOf({ n: line.n - 1, boot }));
    // What a shortened line adds to has been left out.
    const isWhole = line.d === undefined || known.has(line.d.id);
    if (frame !== undefined && isText(frame)) known.add(frame.payload.message_id);
    kept.push(lineOf(isWhole || frame === undefined ? line : { n: line.n, f: frame }));
  }
  return kept.join('');
}

/** The lines of a journal; `undefined` stands for one that cannot be read. */
async function* journalLines(path: string): AsyncGenerator<{ line: JournalLine | undefined; end: number }> {
  for await (const { text, end } of linesOf(path)) yield { line: parseJournalLine(text), end };
}

function parseJournalLine(text: string): JournalLine | undefined {
  try {
    const value = JSON.parse(text) as JournalLine;
    return Number.isSafeInteger(value.n) ? value : undefined;
  } catch {
    return undefined;
  }
}

const lineOf = (line: JournalLine): string => `${JSON.stringify(line)}\n`;
