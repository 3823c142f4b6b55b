import { randomUUID } from 'node:crypto';
import { ErrorCode } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { Agent } from '../agents/agent.ts';
import { answerIdOf } from '../history/answer-id.ts';
import type { NumberedFrame } from '../history/journal-line.ts';
import type { Intake, RecordListener, SessionRecord } from '../history/session-record.ts';
import type { StoredMessage } from '../history/stored-message.ts';
import { type Question, runAnswer } from './answer.ts';
import { createAnswerQueue } from './answer-queue.ts';
import type { Connection } from './connection.ts';
import { conversationBefore } from './conversation.ts';
import type { SessionFrame } from './inbound.ts';
import type { MessageMedia } from './message-media.ts';
import { createSessionVoice, type SessionVoice } from './session-voice.ts';

type MessageFrame = Extract<SessionFrame, { type: 'message.send' | 'media.send' }>;

/** One conversation: the sockets that share it, what was said in it, and the messages that wait for their answers. */
export interface ChannelSession {
  readonly id: string;
  /** `after` is the last frame that a client of `pico.v2` has. */
  join(connection: Connection, after?: number): void;
  leave(connection: Connection): void;
  /** Takes a frame of one of its sockets. */
  receive(frame: SessionFrame, from: Connection): void;
  /** Settles when everything that was asked has been answered. */
  drained(): Promise<void>;
  /** Forgets what waits; answers with the end of the answer that is being given. */
  finish(): Promise<void>;
  /** Breaks off the answer that is being given, and forgets what waits. What is stored is answered by the next gateway. */
  abort(): void;
  /** Ends its sockets. */
  close(code: number, reason: string): void;
  /** Says so when nobody is connected and nothing is under way. */
  settle(): void;
}

/** What becomes of a message that comes while another is being answered. */
export type WhenBusy = 'wait' | 'cancel';

interface SessionOptions {
  readonly id: string;
  readonly instanceId: string;
  readonly agent: Agent;
  readonly record: SessionRecord;
  readonly media: MessageMedia;
  readonly whenBusy: () => WhenBusy;
  readonly log: FastifyBaseLogger;
  /** Nobody is connected and nothing is being answered: the session need not be remembered. */
  readonly onIdle: () => void;
  readonly maxQueued?: number;
  /** What an agent gets of the past, in characters. */
  readonly maxContextChars?: number;
  readonly now?: () => number;
}

/** Answers one message after the other and tells all sockets of the session. */
export function createSession(options: SessionOptions): ChannelSession {
  return new StoredSession(options);
}

class StoredSession implements ChannelSession, RecordListener {
  readonly id: string;
  readonly #options: SessionOptions;
  readonly #voice: SessionVoice;
  readonly #queue;
  readonly #now: () => number;
  readonly #maxQueued: number;
  /** Messages of `pico.v2` on their way to the disk, by the ids of their clients. */
  #storing: Set<string> | undefined;
  /** Messages are stored in the order in which they came, though the images of one may take longer. */
  #intake: Promise<void> = Promise.resolve();
  #waitingForIntake = 0;
  #isEnding = false;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#maxQueued = options.maxQueued ?? 256;
    this.#voice = createSessionVoice(options);
    this.#queue = createAnswerQueue<Question & { readonly ids: readonly (string | undefined)[] }>({
      answer: (question, signal) => this.#answer(question, signal),
      onIdle: () => this.settle(),
    });
    options.record.begin(this);
  }

  onFrame(frame: NumberedFrame, isOwn: boolean): void {
    this.#voice.tell(frame, isOwn);
  }

  onJump(seq: number): void {
    this.#voice.jump(seq);
  }

  onAsked(message: StoredMessage): void {
    this.#ask(message, message.id);
  }

  onCancelled(id: string | undefined): void {
    this.#queue.cancel(id);
  }

  onTaken(messageId: string): void {
    this.#queue.cancel(messageId, 'stopping');
  }

  join(connection: Connection, after?: number): void {
    this.#voice.join(connection, after);
  }

  leave(connection: Connection): void {
    this.#voice.leave(connection);
    this.settle();
  }

  receive(frame: SessionFrame, from: Connection): void {
    if (frame.type === 'message.cancel') this.#cancel(frame.payload.message_id);
    else if (from.isNumbered) this.#receiveNumbered(frame, from);
    else void this.#takeIn(frame, from);
  }

  drained(): Promise<void> {
    return this.#queue.drained();
  }

  finish(): Promise<void> {
    this.#isEnding = true;
    return this.#queue.finish();
  }

  abort(): void {
    this.#isEnding = true;
    this.#queue.abort();
  }

  close(code: number, reason: string): void {
    this.#voice.close(code, reason);
  }

  /** `pico.v2`: stored, then acknowledged, once however often it comes. */
  #receiveNumbered(frame: MessageFrame, from: Connection): void {
    const { id } = frame;
    if (id === undefined || id === '') {
      from.refuse(ErrorCode.invalidMessage, 'A message of pico.v2 needs an id of its own.');
      return;
    }
    const known = this.#options.record.find(id);
    if (known !== undefined) {
      this.#acknowledge(id, known);
      return;
    }
    // On its way to the disk: it will be acknowledged, or refused, when it is there.
    if (this.#storing?.has(id)) return;
    this.#storing ??= new Set();
    this.#storing.add(id);
    void this.#takeIn(frame, from).finally(() => this.#storing?.delete(id));
  }

  #cancel(id?: string): void {
    this.#queue.cancel(id);
    this.#options.record.cancelElsewhere(id);
  }

  #acknowledge(id: string, message_id: string): void {
    this.#voice.say({ type: 'ack', payload: { id, message_id } });
  }

  async #takeIn(frame: MessageFrame, from: Connection): Promise<void> {
    if (this.#queue.waitingCount + this.#waitingForIntake >= this.#maxQueued) {
      return from.refuse(ErrorCode.rateLimited, 'Too many messages wait for an answer.', frame.id);
    }
    this.#waitingForIntake += 1;
    const turn = this.#intake;
    let next = () => {};
    this.#intake = new Promise((resolve) => {
      next = resolve;
    });
    try {
      const media = await this.#options.media.store(frame.payload);
      await turn;
      if (!media.ok) return from.refuse(media.code, media.message, frame.id);
      const message = this.#messageOf(frame, from, media);
      const stored = this.#store(message, frame.id, from);
      // In this turn the next one follows on its way to the disk, so that both can go there at once.
      next();
      await stored;
    } finally {
      next();
      this.#waitingForIntake -= 1;
      this.settle();
    }
  }

  async #store(message: StoredMessage, requestId: string | undefined, from: Connection): Promise<void> {
    const { record, log } = this.#options;
    const { role: _, ...members } = message;
    const stored = record.addMessage(members);
    if (!from.isNumbered) {
      stored.catch((error: unknown) =>
        log.error({ code: ErrorCode.storageFailed, err: error }, 'a message is not stored'),
      );
      return this.#ask(message, requestId);
    }
    let intake: Intake;
    try {
      intake = await stored;
    } catch (error) {
      log.error({ code: ErrorCode.storageFailed, err: error }, 'a message could not be stored');
      return from.refuse(
        ErrorCode.storageFailed,
        'The message could not be stored: the disk of the gateway is full or broken.',
        requestId,
      );
    }
    if (message.id !== undefined) this.#acknowledge(message.id, intake.messageId);
    if (intake.isNew) this.#ask(message, requestId);
  }

  #messageOf(
    frame: MessageFrame,
    { isNumbered }: Connection,
    media: { readonly urls: readonly string[] },
  ): StoredMessage {
    const { content, attachments } = frame.payload;
    return {
      role: 'user',
      message_id: randomUUID(),
      // Ids of the plain protocol say nothing: many clients begin with "1" each time.
      ...(isNumbered && frame.id !== undefined && { id: frame.id }),
      content,
      ...(media.urls.length > 0 && { media: media.urls }),
      ...(attachments.length > 0 && { attachments }),
      time: this.#now(),
    };
  }

  #ask(message: StoredMessage, requestId: string | undefined): void {
    if (this.#isEnding) return;
    const answerId = answerIdOf(message.message_id);
    if (this.#options.whenBusy() === 'cancel') this.#cancel();
    this.#queue.push({ message, requestId, answerId, ids: [answerId, message.message_id, message.id, requestId] });
  }

  async #answer(question: Question, signal: AbortSignal): Promise<void> {
    const { agent, record, media, log } = this.#options;
    const { message } = question;
    const turn = await record.takeTurn(message.message_id, signal);
    if (turn === undefined) return;
    const request = {
      sessionId: this.id,
      content: message.content,
      images: media.imagesOf(message),
      history: (await this.#past(message)).map((each) => ({
        ...{ role: each.role, content: each.content, images: media.imagesOf(each) },
      })),
    };
    const { said } = turn;
    await runAnswer({ agent, question, request, signal, voice: this.#voice, record, said, log, now: this.#now });
    turn.end();
  }

  async #past({ message_id }: StoredMessage): Promise<readonly StoredMessage[]> {
    const { agent, record, log, maxContextChars = 200_000 } = this.#options;
    if (agent.usesHistory === false) return [];
    try {
      return conversationBefore(await record.recent(maxContextChars), message_id);
    } catch (error) {
      log.error({ code: 'history_unreadable', err: error }, 'an agent answers without the past');
      return [];
    }
  }

  settle(): void {
    const isIdle = this.#voice.listenerCount === 0 && this.#waitingForIntake === 0 && this.#queue.isIdle;
    if (isIdle) this.#options.onIdle();
  }
}
