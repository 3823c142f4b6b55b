import type { JournalFrame, NumberedFrame } from './journal-line.ts';
import type { StoredMessage } from './stored-message.ts';

/** What a session is told by its record. */
export interface RecordListener {
  /** A frame has its number and outlives this process; `isOwn` when it was said here. In the order of the numbers. */
  onFrame(frame: NumberedFrame, isOwn: boolean): void;
  /** Numbers up to this one stand for frames that nobody can tell any more. */
  onJump(seq: number): void;
  /** A message that is to be answered here, though it did not just come in here. */
  onAsked(message: StoredMessage): void;
  /** Somebody wishes elsewhere that an answer is broken off; without an id: the one that is being given. */
  onCancelled(id: string | undefined): void;
  /** What is being answered here is answered by somebody else. */
  onTaken(messageId: string): void;
}

/** What became of a message that was to be stored; one that was known is not stored again. */
export interface Intake {
  readonly isNew: boolean;
  /** The one under which it is known. */
  readonly messageId: string;
}

/** The right to answer one message, while nobody else answers in the session. */
export interface Turn {
  /** What had been said of the answer when somebody else ended in the middle of it. */
  readonly said: string | undefined;
  end(): void;
}

/**
 * What a session goes on with, here or elsewhere: its messages, the numbers of its frames, and whose turn it is to answer.
 * Two implementations under one contract suite: the files of one home, and those of several homes that share a Redis.
 */
export interface SessionRecord {
  /** The last number that was told; known when `begin` has been called. */
  readonly seq: number;
  /** Called once, before anything else. */
  begin(listener: RecordListener): void;
  /** Numbers a frame and hands it to `onFrame`; settles then. Never rejects. */
  say(frame: JournalFrame): Promise<void>;
  /** Something to wait for before a client is greeted that has heard up to there; undefined: nothing. */
  reach(after: number): Promise<void> | undefined;
  /** Whether who has heard up to there has certainly heard all. */
  isAllHeard(after: number): boolean;
  /** The frames after a number; `ok: false` when some are not known any more, or it was never given out. */
  framesAfter(after: number): Promise<{ ok: true; frames: readonly NumberedFrame[] } | { ok: false }>;
  /** The `message_id` of what a client sent under that id, where that is known at once. */
  find(clientId: string): string | undefined;
  /** Stored when it resolves; rejects with a HistoryError, and then nothing of it is kept. */
  addMessage(message: Omit<StoredMessage, 'role'>): Promise<Intake>;
  /** The same for a finished answer; from then on its message is answered. */
  addAnswer(answer: Omit<StoredMessage, 'role'> & { readonly reply_to: string }): Promise<void>;
  /** Waits for the turn to answer; undefined when somebody else answers, or the signal fires. */
  takeTurn(messageId: string, signal: AbortSignal): Promise<Turn | undefined>;
  /** Passes on the wish that an answer is broken off, which may be given elsewhere. */
  cancelElsewhere(id: string | undefined): void;
  /** The last messages with at most so many characters, oldest first. */
  recent(maxChars: number): Promise<readonly StoredMessage[]>;
  /** Lets go of files and memory. */
  release(): Promise<void>;
}

/** Where records come from. */
export interface SessionRecords {
  /** Opens the record of a session, which is to be released before it is opened again. */
  open(sessionId: string): Promise<SessionRecord>;
}
