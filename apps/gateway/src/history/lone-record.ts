import type { FastifyBaseLogger } from 'fastify';
import { answerIdOf } from './answer-id.ts';
import type { HistoryStore } from './history-store.ts';
import type { JournalFrame } from './journal-line.ts';
import type { SessionHistory } from './session-history.ts';
import type { Intake, RecordListener, SessionRecord, SessionRecords, Turn } from './session-record.ts';
import type { StoredMessage } from './stored-message.ts';

/** The records of a gateway that shares its sessions with nobody: the files of its home. */
export function createLoneRecords(history: Pick<HistoryStore, 'open'>, log: FastifyBaseLogger): SessionRecords {
  return { open: async (sessionId) => new LoneRecord(await history.open(sessionId), log) };
}

class LoneRecord implements SessionRecord {
  readonly #history: SessionHistory;
  readonly #log: FastifyBaseLogger;
  #listener: RecordListener | undefined;
  #toldSeq: number;

  constructor(history: SessionHistory, log: FastifyBaseLogger) {
    this.#history = history;
    this.#log = log;
    this.#toldSeq = history.seq;
  }

  get seq(): number {
    return this.#toldSeq;
  }

  begin(listener: RecordListener): void {
    this.#listener = listener;
    // What the last process stored and did not come to answer.
    for (const message of this.#history.unanswered) listener.onAsked(message);
  }

  say(frame: JournalFrame): Promise<void> {
    const { seq, written } = this.#history.addFrame(frame);
    const tell = () => {
      this.#toldSeq = seq;
      this.#listener?.onFrame({ seq, frame }, true);
    };
    // Before it is sent, so that a process that dies has forgotten nothing that anybody heard.
    return written.then(tell, (error: unknown) => {
      this.#log.error({ code: 'storage_failed', err: error }, 'a frame could not be written down');
      tell();
    });
  }

  reach(): undefined {
    return undefined;
  }

  isAllHeard(after: number): boolean {
    return after === this.#toldSeq;
  }

  framesAfter(after: number) {
    return this.#history.framesAfter(after);
  }

  find(clientId: string): string | undefined {
    return this.#history.find(clientId);
  }

  async addMessage(message: Omit<StoredMessage, 'role'>): Promise<Intake> {
    await this.#history.addMessage(message);
    return { isNew: true, messageId: message.message_id };
  }

  addAnswer(answer: Omit<StoredMessage, 'role'> & { readonly reply_to: string }): Promise<void> {
    return this.#history.addAnswer(answer);
  }

  async takeTurn(messageId: string): Promise<Turn> {
    return { said: this.#history.said(answerIdOf(messageId)), end: () => {} };
  }

  cancelElsewhere(): void {}

  recent(maxChars: number) {
    return this.#history.recent(maxChars);
  }

  release(): Promise<void> {
    return this.#history.release();
  }
}
