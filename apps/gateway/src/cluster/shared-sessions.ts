import { randomBytes } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { HistoryStore } from '../history/history-store.ts';
import type { SessionRecord, SessionRecords } from '../history/session-record.ts';
import type { StoredMessage } from '../history/stored-message.ts';
import { ClusterLink, type LinkListener } from './cluster-link.ts';
import { holdHistories } from './held-histories.ts';
import type { HomeState } from './home-state.ts';
import { createMessageMirror, type MessageMirror } from './message-mirror.ts';
import type { Outbox } from './outbox.ts';
import type { Notice, PlacedEntry, RedisSessions, SharedEntry, Standing } from './redis-sessions.ts';
import { type SharedNode, SharedRecord } from './shared-record.ts';

/** What a channel does for other nodes. */
export interface SharingHandlers {
  /** Opens sessions that have something to be answered. */
  onUnanswered(sessionIds: readonly string[]): void;
  /** Ends what is open of a session that was deleted elsewhere. */
  onDeleted(sessionId: string): Promise<void>;
}

/** The options of sharing. */
export interface SharingOptions {
  readonly url: { reveal(): string };
  readonly files: HistoryStore;
  /** Where the home keeps what it has to remember of Redis. */
  readonly folder: string;
  readonly log: FastifyBaseLogger;
  readonly prefix?: string;
  readonly answerWithinMs?: number;
}

/** Why, until it is known. */
export const NOT_YET = 'Redis is being connected to.';

/** The sessions of a gateway that is connected to Redis, or tries to be. */
export class SharedSessions implements SessionRecords, LinkListener {
  readonly #options: SharingOptions;
  readonly #state: HomeState;
  readonly #outbox: Outbox;
  readonly #origin: string;
  readonly #held;
  readonly #records = new Map<string, SharedRecord>();
  /** Sessions that were let go of while there was no way to Redis. */
  readonly #left = new Map<string, Standing>();
  /** Messages to be answered in sessions that are not open yet. */
  readonly #unanswered = new Map<string, StoredMessage[]>();
  readonly #handlers: SharingHandlers;
  readonly #link: ClusterLink;
  /** Present while there is a way to Redis. */
  #sessions: RedisSessions | undefined;
  readonly #mirror: MessageMirror;
  #inboxPosition = '0-0';
  #handingIn: Promise<void> = Promise.resolve();

  constructor(options: SharingOptions, handlers: SharingHandlers, state: HomeState, outbox: Outbox) {
    this.#options = options;
    this.#handlers = handlers;
    this.#state = state;
    this.#outbox = outbox;
    this.#origin = `${state.home}.${randomBytes(6).toString('hex')}`;
    this.#held = holdHistories(options.files);
    const { url, log, prefix = 'picoclaw', answerWithinMs } = options;
    this.#mirror = createMessageMirror({
      ...{ origin: this.#origin, state, held: this.#held, log },
      onDeleted: (session) => this.#deletedElsewhere(session),
    });
    this.#link = new ClusterLink({
      ...{ url, log, origin: this.#origin, prefix: `${prefix}:pico`, listener: this },
      ...(answerWithinMs !== undefined && { answerWithinMs }),
    });
    this.#adopt(unansweredOf(outbox.entries()));
    // When whoever made this has it: an open session asks for it.
    setImmediate(() => this.#openUnanswered());
  }

  get problem(): string | undefined {
    const { state, reason = NOT_YET } = this.#link.status;
    return state === 'ready' ? undefined : reason;
  }

  async open(sessionId: string): Promise<SessionRecord> {
    const held = await this.#held.hold(sessionId);
    const record = new SharedRecord(sessionId, this.#node(), held, this.#left.get(sessionId));
    this.#left.delete(sessionId);
    this.#records.set(sessionId, record);
    const sessions = this.#sessions;
    if (sessions !== undefined) {
      await record.attach(sessions).catch((error: unknown) => this.#link.lose(sessions, error));
    }
    for (const message of this.#unanswered.get(sessionId) ?? []) record.adopt(message);
    this.#unanswered.delete(sessionId);
    return record;
  }

  async close(): Promise<void> {
    await this.#link.close();
    await this.#mirror.settled();
    await this.#held.close();
    await Promise.all([this.#state.save(), this.#outbox.close()]);
  }

  async attach(sessions: RedisSessions): Promise<void> {
    const { left } = await sessions.beat(`${this.#state.home}.`, false);
    this.#adopt(left);
    const epoch = await sessions.epoch();
    const isNew = epoch !== this.#state.epoch;
    // Redis is new to this home, or has lost what it had.
    if (isNew) this.#beginAgain(epoch);
    await this.#readOn(sessions);
    if (isNew) for (const question of this.#questions()) await sessions.takeIn(question);
    while (!this.#outbox.isEmpty) await this.#handIn(sessions);
    this.#sessions = sessions;
    await this.#joinLeft(sessions);
    await Promise.all([...this.#records.values()].map((record) => record.attach(sessions)));
    this.#openUnanswered();
  }

  detach(): void {
    this.#sessions = undefined;
    for (const record of this.#records.values()) record.detach();
    this.#mirror.giveUpWaiting();
  }

  positions() {
    return { entries: this.#mirror.position, notices: this.#inboxPosition };
  }

  take(entries: readonly PlacedEntry[], notices: readonly Notice[]): void {
    this.#inboxPosition = notices.at(-1)?.position ?? this.#inboxPosition;
    for (const session of new Set(notices.filter(({ kind }) => kind === 'f').map((notice) => notice.session)))
      this.#records.get(session)?.notice('f', '');
    for (const { session, kind, id } of notices) if (kind !== 'f') this.#records.get(session)?.notice(kind, id);
    this.#mirror.take(entries);
  }

  async beat(sessions: RedisSessions, mayJudge: boolean): Promise<void> {
    const { wasUnknown, left } = await sessions.beat(`${this.#state.home}.`, mayJudge);
    this.#adopt(left);
    this.#openUnanswered();
    // Others have taken this node for one that has ended: it begins again, as after a Redis that was away.
    const isInUse = this.#sessions === sessions;
    if (wasUnknown && isInUse) this.#link.lose(sessions, new Error('taken for gone'));
  }

  #node(): SharedNode {
    const sharing = this;
    return {
      origin: this.#origin,
      log: this.#options.log,
      get sessions() {
        return sharing.#sessions;
      },
      lose: (sessions, error) => this.#link.lose(sessions, error),
      keep: (entry) => this.#keep(entry),
      caughtUp: async (position) => (this.#sessions === undefined ? undefined : this.#mirror.caughtUp(position)),
      onReleased: (record, standing) => {
        if (this.#records.get(record.id) !== record) return;
        this.#records.delete(record.id);
        if (this.#sessions === undefined) this.#left.set(record.id, standing);
      },
    };
  }

  #adopt(entries: readonly SharedEntry[]): void {
    for (const { session, message } of entries) {
      if (message === undefined) continue;
      const record = this.#records.get(session);
      if (record !== undefined) record.adopt(message);
      else this.#unanswered.set(session, [...(this.#unanswered.get(session) ?? []), message]);
    }
  }

  #openUnanswered(): void {
    const sessionIds = [...this.#unanswered.keys()];
    if (sessionIds.length === 0) return;
    this.#options.log.info({ code: 'unanswered', sessions: sessionIds.length }, 'answering what waits');
    this.#handlers.onUnanswered(sessionIds);
  }

  #beginAgain(epoch: string): void {
    this.#state.epoch = epoch;
    this.#mirror.beginAgain();
    this.#inboxPosition = '0-0';
  }

  #questions() {
    return [...this.#records.values()].flatMap(({ questions }) => questions);
  }

  /** What was said in sessions that nobody uses any more is handed in too. */
  async #joinLeft(sessions: RedisSessions): Promise<void> {
    for (const [session, standing] of this.#left) {
      if (standing.own.length > 0) await sessions.join(session, standing);
      this.#left.delete(session);
      if (!this.#records.has(session)) await sessions.leave(session);
    }
  }

  async #readOn(sessions: RedisSessions): Promise<void> {
    for (;;) {
      const entries = await sessions.entriesAfter(this.#mirror.position);
      if (entries.length === 0) return;
      this.take(entries, []);
      await this.#mirror.settled();
    }
  }

  async #keep(entry: SharedEntry): Promise<void> {
    await this.#outbox.add(entry);
    // Redis has come back meanwhile.
    if (this.#sessions !== undefined) await this.#handInNow(this.#sessions);
  }

  async #handInNow(sessions: RedisSessions): Promise<void> {
    try {
      while (!this.#outbox.isEmpty) await this.#handIn(sessions);
    } catch (error) {
      this.#link.lose(sessions, error);
    }
  }

  /** One at a time: what is handed in is taken from the beginning of what waits. */
  #handIn(sessions: RedisSessions): Promise<void> {
    const handedIn = this.#handingIn.catch(() => {}).then(() => this.#handInAll(sessions));
    this.#handingIn = handedIn;
    return handedIn;
  }

  async #handInAll(sessions: RedisSessions): Promise<void> {
    const entries = this.#outbox.entries();
    for (const entry of entries) {
      const { session, message } = entry;
      if (message === undefined) await sessions.remove(session);
      else if (message.role === 'user') await sessions.takeIn({ ...entry, message });
      else await sessions.answer({ ...entry, message }, false);
    }
    if (entries.length > 0) await this.#outbox.shift(entries.length);
  }

  async #deletedElsewhere(session: string): Promise<void> {
    await this.#handlers.onDeleted(session);
    await this.#held.drop(session);
    await this.#options.files.delete(session);
  }

  async delete(session: string): Promise<boolean> {
    await this.#held.drop(session);
    const isDeleted = await this.#options.files.delete(session);
    const sessions = this.#sessions;
    const told = sessions?.remove(session).then(
      () => true,
      (error: unknown) => this.#link.lose(sessions, error),
    );
    if ((await told) !== true) await this.#outbox.add({ session, seq: 0 });
    return isDeleted;
  }
}

/** What an earlier gateway of this home has left behind in its outbox without an answer. */
function unansweredOf(entries: readonly SharedEntry[]): readonly SharedEntry[] {
  const answered = new Set(entries.map(({ message }) => message?.reply_to));
  return entries.filter(({ message }) => message?.role === 'user' && !answered.has(message.message_id));
}
