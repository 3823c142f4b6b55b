import type { FastifyBaseLogger } from 'fastify';
import { answerIdOf } from '../history/answer-id.ts';
import type { JournalFrame } from '../history/journal-line.ts';
import type { Intake, RecordListener, SessionRecord, Turn } from '../history/session-record.ts';
import type { StoredMessage } from '../history/stored-message.ts';
import { FrameRelay } from './frame-relay.ts';
import type { HeldHistory } from './held-histories.ts';
import type { RedisSessions, SharedEntry, Standing } from './redis-sessions.ts';

/** A message that is to be answered. */
type Question = SharedEntry & { readonly message: StoredMessage };

/** What a record needs of its node. */
export interface SharedNode {
  readonly origin: string;
  readonly log: FastifyBaseLogger;
  /** Present while there is a way to Redis. */
  readonly sessions: RedisSessions | undefined;
  /** The connection has failed. */
  lose(sessions: RedisSessions, error: unknown): void;
  /** On the disk when it resolves, to be handed in when Redis is back. */
  keep(entry: SharedEntry): Promise<void>;
  /** Settles when the messages of all nodes up to there are in the files of this home. */
  caughtUp(position: string): Promise<void>;
  /** `standing`: where it stands, for whoever opens the session next. */
  onReleased(record: SharedRecord, standing: Standing): void;
}

/** Where nobody gives a turn back, it is looked for again after this. */
const LOOK_AGAIN_MS = 250;

/**
 * A session that gateways of several homes share. What is said is in Redis, and in the files of each home that has heard
 * it; while Redis is away it is in the files of this one, and handed in later.
 */
export class SharedRecord implements SessionRecord {
  readonly id: string;
  readonly #node: SharedNode;
  readonly #held: HeldHistory;
  readonly #relay: FrameRelay;
  #listener: RecordListener | undefined;
  /** What came before there was a listener. */
  readonly #asked: StoredMessage[] = [];
  /** Messages that somebody else may have begun to answer. */
  readonly #adopted = new Set<string>();
  /** What is ours to answer. */
  readonly #questions = new Map<string, Question>();
  readonly #intakes = new Map<string, Promise<void>>();
  #answering = '';
  #wakeWaiting: () => void = () => {};

  constructor(id: string, node: SharedNode, held: HeldHistory, standing?: Standing) {
    this.id = id;
    this.#node = node;
    this.#held = held;
    const { origin, log } = node;
    this.#relay = new FrameRelay({
      ...{ id, origin, history: held.history, log, standing },
      onLost: (sessions, error) => node.lose(sessions, error),
    });
  }

  get seq(): number {
    return this.#relay.toldSeq;
  }

  /** What is ours to answer, for a Redis that has forgotten it. */
  get questions(): readonly Question[] {
    return [...this.#questions.values()];
  }

  begin(listener: RecordListener): void {
    this.#listener = listener;
    this.#relay.begin(listener);
    for (const message of this.#asked.splice(0)) listener.onAsked(message);
  }

  async attach(sessions: RedisSessions): Promise<void> {
    await this.#relay.attach(sessions);
    // An answer that was begun without Redis goes on; whoever comes now waits for its end.
    if (this.#answering !== '') await sessions.turn(this.id, this.#answering);
  }

  detach(): void {
    this.#relay.detach();
    this.#wakeWaiting();
  }

  /** Another node has said something, given back its turn, or passes on a wish. */
  notice(kind: 'f' | 't' | 'c', id: string): void {
    if (kind === 'f') void this.#relay.pull();
    else if (kind === 't') this.#wakeWaiting();
    else this.#listener?.onCancelled(id === '' ? undefined : id);
  }

  /** Is to answer a message in the place of somebody who may have begun to. */
  adopt(message: StoredMessage): void {
    if (this.#questions.has(message.message_id)) return;
    this.#adopted.add(message.message_id);
    this.#questions.set(message.message_id, { session: this.id, seq: this.seq, message });
    if (this.#listener === undefined) this.#asked.push(message);
    else this.#listener.onAsked(message);
  }

  say(frame: JournalFrame): Promise<void> {
    return this.#relay.say(frame, frame.type === 'ack' ? '' : this.#answering);
  }

  reach(after: number): Promise<void> | undefined {
    return this.#relay.isAttached && after > this.seq ? this.#relay.pull() : undefined;
  }

  isAllHeard(after: number): boolean {
    return this.#relay.isAllHeard(after);
  }

  framesAfter(after: number) {
    return this.#relay.framesAfter(after);
  }

  find(clientId: string): string | undefined {
    return this.#held.history.find(clientId);
  }

  addMessage(members: Omit<StoredMessage, 'role'>): Promise<Intake> {
    const message: StoredMessage = { role: 'user', ...members };
    const intake = this.#takeIn({ session: this.id, seq: this.seq, message });
    const settled = intake.then(
      () => {},
      () => {},
    );
    this.#intakes.set(message.message_id, settled);
    void settled.then(() => this.#intakes.delete(message.message_id));
    return intake;
  }

  async #takeIn(entry: Question): Promise<Intake> {
    const { message } = entry;
    this.#questions.set(message.message_id, entry);
    try {
      const known = await this.#ask((sessions) => sessions.takeIn(entry));
      if (known.ok && known.value !== undefined) {
        this.#questions.delete(message.message_id);
        return { isNew: false, messageId: known.value };
      }
      // What is in Redis is stored: another node answers it if this one cannot go on.
      if (known.ok) await this.#store(entry).catch(() => {});
      else await this.#storeAlone(entry);
      return { isNew: true, messageId: message.message_id };
    } catch (error) {
      this.#questions.delete(message.message_id);
      throw error;
    }
  }

  async addAnswer(members: Omit<StoredMessage, 'role'> & { readonly reply_to: string }): Promise<void> {
    const message: StoredMessage = { role: 'assistant', ...members };
    const entry = { session: this.id, seq: this.seq, message };
    // From now on nothing is said for this message, but that it is over: stored, it is no longer one that is unanswered.
    this.#answering = '';
    const isOurs = await this.#ask((sessions) => sessions.answer(entry, true));
    this.#questions.delete(members.reply_to);
    // Another node's answer counts, and comes by itself.
    if (isOurs.ok && isOurs.value) await this.#store(entry);
    else if (!isOurs.ok) await this.#storeAlone(entry);
  }

  async takeTurn(messageId: string, signal: AbortSignal): Promise<Turn | undefined> {
    // The plain protocol asks at once, while the message is still being stored.
    await this.#intakes.get(messageId);
    const isStopping = () => signal.aborted && signal.reason !== 'cancelled';
    while (!isStopping()) {
      const asked = await this.#ask((sessions) => sessions.turn(this.id, messageId));
      if (asked.ok && asked.value.state === 'notOurs') break;
      if (!asked.ok || asked.value.state === 'taken') {
        if (asked.ok) await this.#node.caughtUp(asked.value.position);
        this.#answering = messageId;
        return { said: await this.#saidOf(messageId), end: () => this.#endTurn() };
      }
      await this.#untilFree(signal);
    }
    this.#questions.delete(messageId);
    return undefined;
  }

  cancelElsewhere(id: string | undefined): void {
    void this.#ask((sessions) => sessions.tellCancel(this.id, id ?? ''));
  }

  recent(maxChars: number) {
    return this.#held.history.recent(maxChars);
  }

  async release(): Promise<void> {
    this.#node.onReleased(this, this.#relay.standing);
    await this.#ask((sessions) => sessions.leave(this.id));
    this.#relay.detach();
    this.#held.release();
  }

  /** Asks Redis; not `ok` when there is no way to it. */
  async #ask<Value>(work: (sessions: RedisSessions) => Promise<Value>) {
    const { sessions } = this.#node;
    if (sessions === undefined) return { ok: false } as const;
    try {
      return { ok: true, value: await work(sessions) } as const;
    } catch (error) {
      this.#node.lose(sessions, error);
      return { ok: false } as const;
    }
  }

  async #store(entry: SharedEntry): Promise<void> {
    try {
      await this.#held.store(entry);
    } catch (error) {
      this.#node.log.error({ code: 'storage_failed', err: error }, 'what is in Redis could not be stored in this home');
    }
  }

  async #storeAlone(entry: SharedEntry): Promise<void> {
    await this.#held.store(entry);
    await this.#node.keep(entry);
  }

  #endTurn(): void {
    this.#answering = '';
    void this.#ask((sessions) => sessions.endTurn(this.id));
  }

  async #untilFree(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_AGAIN_MS);
      this.#wakeWaiting = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', this.#wakeWaiting, { once: true });
    });
    signal.removeEventListener('abort', this.#wakeWaiting);
    this.#wakeWaiting = () => {};
  }

  /** What another node had said of the answer to an adopted message when it ended. */
  async #saidOf(messageId: string): Promise<string | undefined> {
    if (!this.#adopted.delete(messageId)) return undefined;
    const answerId = answerIdOf(messageId);
    const frames = await this.#ask(() => this.#relay.sharedFrames());
    if (!frames.ok) return this.#held.history.said(answerId);
    const texts = frames.value.flatMap(({ frame }) =>
      (frame.type === 'message.create' || frame.type === 'message.update') && frame.payload.message_id === answerId
        ? [frame.payload.content]
        : [],
    );
    return texts.at(-1);
  }
}
