import type { FileHandle } from 'node:fs/promises';
import type { FastifyBaseLogger } from 'fastify';
import { linesBackward, openToRead } from './lines.ts';
import { isMessage, type MessageLine, messageOf, parseLine, type StoredMessage } from './stored-message.ts';

/** What a session has to know of its past to go on. */
export interface MessageTail {
  /** How many bytes of the file are whole lines; what stands behind them is a line that was torn. */
  readonly size: number;
  /** The `message_id` of clients' messages by the ids that their clients gave them. */
  readonly ids: ReadonlyMap<string, string>;
  /** Messages without an answer, in order. */
  readonly unanswered: readonly StoredMessage[];
  /** The highest number of a frame that is known here. */
  readonly seq: number;
}

/** How many ids of clients are known: a client that sends one again does so within a hundred messages. */
export const MAX_IDS = 4_096;
const MAX_BYTES = 8 * 1024 * 1024;
/** Read in any case, however large they are: what may wait for an answer, and what a client may send again. */
const MIN_MESSAGES = 512;

/** Of a session in which nothing has been said. */
export const EMPTY_TAIL: MessageTail = { size: 0, ids: new Map(), unanswered: [], seq: 0 };

/** Reads a history from its end, as far as is needed. */
export async function readMessageTail(path: string, log: FastifyBaseLogger): Promise<MessageTail> {
  const handle = await openToRead(path);
  if (handle === undefined) return EMPTY_TAIL;
  try {
    const { size: fileSize } = await handle.stat();
    const size = await wholeSize(handle, fileSize);
    if (size < fileSize) log.warn({ code: 'history_repaired', path, bytes: fileSize - size }, 'a torn line is cut off');
    return { size, ...(await readBack(handle, size, path, log)) };
  } finally {
    await handle.close();
  }
}

/** Where the last line ends that can be read: a process that died, or a loss of power, may have left a part of one. */
async function wholeSize(handle: FileHandle, fileSize: number): Promise<number> {
  for await (const { text, start, end } of linesBackward(handle, fileSize)) {
    return isJson(text) ? end : start;
  }
  return 0;
}

/** What is whole and not known may be of a later version; it is not cut off. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function readBack(handle: FileHandle, size: number, path: string, log: FastifyBaseLogger) {
  const ids = new Map<string, string>();
  const answered = new Set<string>();
  const unanswered: StoredMessage[] = [];
  let seq = 0;
  let unreadable = 0;
  let messages = 0;
  for await (const { text, start } of linesBackward(handle, size)) {
    const line = parseLine(text);
    if (line === undefined) unreadable += 1;
    if (isMessage(line)) {
      seq = Math.max(seq, line.seq ?? 0);
      note(line);
    }
    if (ids.size >= MAX_IDS || (messages >= MIN_MESSAGES && size - start > MAX_BYTES)) break;
  }
  if (unreadable > 0)
    log.error({ code: 'history_damaged', path, lines: unreadable }, 'lines cannot be read, the others can');
  // Found from the end, kept from the beginning, for the oldest are forgotten first.
  return { ids: new Map([...ids].reverse()), unanswered: unanswered.reverse(), seq };

  function note(line: MessageLine): void {
    if (line.role === 'assistant') {
      if (line.reply_to !== undefined) answered.add(line.reply_to);
      return;
    }
    messages += 1;
    if (line.id !== undefined && !ids.has(line.id)) ids.set(line.id, line.message_id);
    if (!answered.has(line.message_id)) unanswered.push(messageOf(line));
  }
}
