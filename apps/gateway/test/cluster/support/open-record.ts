import type { JournalFrame, NumberedFrame } from '../../../src/history/journal-line.ts';
import type { SessionRecord, SessionRecords } from '../../../src/history/session-record.ts';
import type { StoredMessage } from '../../../src/history/stored-message.ts';

/** A record as a session has it, and all that it was told. */
export interface OpenRecord {
  readonly record: SessionRecord;
  readonly heard: readonly NumberedFrame[];
  readonly jumps: readonly number[];
  readonly asked: readonly StoredMessage[];
  readonly cancelled: readonly (string | undefined)[];
  readonly taken: readonly string[];
  /** The texts that were heard, one for each frame. */
  texts(): string[];
  numbers(): number[];
}

/** Opens a session and listens. */
export async function openRecord(records: SessionRecords, sessionId = 'talk'): Promise<OpenRecord> {
  const record = await records.open(sessionId);
  const heard: NumberedFrame[] = [];
  const jumps: number[] = [];
  const asked: StoredMessage[] = [];
  const cancelled: (string | undefined)[] = [];
  const taken: string[] = [];
  record.begin({
    onFrame: (frame) => void heard.push(frame),
    onJump: (seq) => void jumps.push(seq),
    onAsked: (message) => void asked.push(message),
    onCancelled: (id) => void cancelled.push(id),
    onTaken: (messageId) => void taken.push(messageId),
  });
  const texts = () => heard.map(({ frame }) => textOf(frame));
  const numbers = () => heard.map(({ seq }) => seq);
  return { record, heard, jumps, asked, cancelled, taken, texts, numbers };
}

/** The text of a frame, or its type. */
export const textOf = (frame: JournalFrame): string =>
  frame.type === 'message.create' || frame.type === 'message.update' ? frame.payload.content : frame.type;

export const stopping = () => new AbortController().signal;
