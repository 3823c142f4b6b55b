import { CloseCode, CloseReason, encodeFrame } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { NumberedFrame } from '../history/journal-line.ts';
import type { SessionRecord } from '../history/session-record.ts';
import type { Connection } from './connection.ts';
import { replayedFrames } from './replayed-frames.ts';
import type { Utterance } from './utterance.ts';

/** What a session says: numbered, written down for those who come back, and sent to all its sockets in one order. */
export interface SessionVoice {
  readonly listenerCount: number;
  /** Whether somebody listens who was promised that nothing is lost. */
  readonly isNumbered: boolean;
  /** Whether a further frame would only wait: the last one is still being written, or all readers are behind. */
  readonly isBusy: boolean;
  say(utterance: Utterance): void;
  /** Tells all sockets what the record has numbered; `isOwn` when it was said here. */
  tell(frame: NumberedFrame, isOwn: boolean): void;
  /** Says to who counts that numbers up to this one cannot be told any more. */
  jump(seq: number): void;
  /** Settles when everything said so far has been written down, or could not be. */
  written(): Promise<void>;
  /** Settles when it is no longer busy, after a second at the latest. */
  ready(): Promise<void>;
  /** A socket that speaks `pico.v2` is greeted and gets every frame after that number, if it names one. */
  join(connection: Connection, after?: number): void;
  leave(connection: Connection): void;
  /** Ends all its sockets. */
  close(code: number, reason: string): void;
}

interface VoiceOptions {
  readonly id: string;
  readonly instanceId: string;
  readonly record: Pick<SessionRecord, 'seq' | 'say' | 'reach' | 'isAllHeard' | 'framesAfter'>;
  readonly log: FastifyBaseLogger;
  readonly now?: () => number;
}

/** A socket that speaks `pico.v2`, and how far it has been told. */
interface Listener {
  readonly connection: Connection;
  sentSeq: number;
  /** What is said while the past is still being read; undefined once it has been told. */
  waiting: { readonly seq: number; readonly text: string }[] | undefined;
  /** What it misses cannot be told any more, though it is still being read. */
  isLost?: boolean;
}

/** What a reader may be behind before updates that the next one replaces are left out. */
const BEHIND_BYTES = 256 * 1024;
const LOOK_AGAIN_MS = 20;
const READY_WITHIN_MS = 1_000;
/** What may be said while a client is told the past. */
const MAX_WAITING = 10_000;

/** Creates the voice of one session, which has no sockets yet. */
export function createSessionVoice(options: VoiceOptions): SessionVoice {
  return new NumberedVoice(options);
}

class NumberedVoice implements SessionVoice {
  readonly #options: VoiceOptions;
  readonly #now: () => number;
  /** Sockets of the plain protocol: they get frames as they are said, without numbers. */
  readonly #plain = new Set<Connection>();
  readonly #numbered = new Map<Connection, Listener>();
  /** Those who speak `pico.v2` and are not greeted yet. */
  #coming: Set<Connection> | undefined;
  #unwritten = 0;
  #lastWritten: Promise<void> = Promise.resolve();

  constructor(options: VoiceOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  get listenerCount(): number {
    return this.#plain.size + (this.#coming?.size ?? 0) + this.#numbered.size;
  }

  get isNumbered(): boolean {
    return this.#numbered.size > 0;
  }

  get isBusy(): boolean {
    return (this.#unwritten > 0 && this.isNumbered) || this.#isBehind();
  }

  say(utterance: Utterance): void {
    const timestamp = this.#now();
    const said = this.#options.record.say({ ...utterance, timestamp });
    this.#tellPlain({ ...utterance, timestamp });
    this.#unwritten += 1;
    this.#lastWritten = said.then(() => {
      this.#unwritten -= 1;
    });
  }

  tell({ seq, frame }: NumberedFrame, isOwn: boolean): void {
    if (!isOwn) this.#tellPlain(frame);
    if (this.isNumbered) this.#tell(seq, encodeFrame({ ...this.#framed(frame), seq }));
  }

  jump(seq: number): void {
    for (const listener of this.#numbered.values()) {
      listener.sentSeq = seq;
      if (listener.waiting === undefined) listener.connection.send(this.#encode({ type: 'resync', payload: { seq } }));
      else Object.assign(listener, { waiting: [], isLost: true });
    }
  }

  written(): Promise<void> {
    return this.#lastWritten;
  }

  async ready(): Promise<void> {
    await this.#lastWritten;
    const until = performance.now() + READY_WITHIN_MS;
    while (this.#isBehind() && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  join(connection: Connection, after?: number): void {
    if (!connection.isNumbered) {
      this.#plain.add(connection);
      return;
    }
    const reached = after === undefined ? undefined : this.#options.record.reach(after);
    if (reached === undefined) {
      this.#greet(connection, after);
      return;
    }
    this.#coming ??= new Set();
    this.#coming.add(connection);
    void reached.then(() => {
      if (this.#coming?.delete(connection)) this.#greet(connection, after);
    });
  }

  #greet(connection: Connection, after: number | undefined): void {
    const { id: session_id, instanceId: instance_id, record } = this.#options;
    const { seq } = record;
    const isCatchingUp = after !== undefined && !record.isAllHeard(after);
    this.#numbered.set(connection, { connection, sentSeq: seq, waiting: isCatchingUp ? [] : undefined });
    connection.send(this.#encode({ type: 'hello', payload: { session_id, instance_id, seq } }));
    if (isCatchingUp) void this.#replay(connection, after);
  }

  leave(connection: Connection): void {
    this.#plain.delete(connection);
    this.#coming?.delete(connection);
    this.#numbered.delete(connection);
  }

  close(code: number, reason: string): void {
    const all = [...this.#plain, ...(this.#coming ?? []), ...this.#numbered.keys()];
    for (const connection of all) connection.close(code, reason);
  }

  #isBehind(): boolean {
    // One who reads slowly must not delay the others: he gets all of it, or is given up.
    const all = [...this.#plain, ...this.#numbered.keys()];
    return all.length > 0 && all.every(({ bufferedBytes }) => bufferedBytes > BEHIND_BYTES);
  }

  #tellPlain(frame: NumberedFrame['frame']): void {
    // The plain protocol knows no acknowledgements.
    if (this.#plain.size === 0 || frame.type === 'ack') return;
    const text = encodeFrame(this.#framed(frame));
    for (const connection of this.#plain) connection.send(text);
  }

  #tell(seq: number, text: string): void {
    for (const listener of this.#numbered.values()) {
      if (seq <= listener.sentSeq) continue;
      if (listener.waiting === undefined) {
        listener.sentSeq = seq;
        listener.connection.send(text);
      } else if (listener.waiting.push({ seq, text }) > MAX_WAITING) {
        listener.connection.close(CloseCode.tryAgainLater, CloseReason.tryAgainLater);
      }
    }
  }

  /** Tells what was missed, then what has been said meanwhile, each number once. */
  async #replay(connection: Connection, after: number): Promise<void> {
    const missed = await this.#missed(after);
    const listener = this.#numbered.get(connection);
    if (listener === undefined) return;
    if (missed === undefined || listener.isLost) {
      connection.send(this.#encode({ type: 'resync', payload: { seq: listener.sentSeq } }));
    } else {
      listener.sentSeq = after;
      for (const { seq, frame } of replayedFrames(missed)) {
        listener.sentSeq = seq;
        connection.send(encodeFrame({ ...frame, session_id: this.#options.id, seq }));
      }
    }
    const waiting = listener.waiting ?? [];
    listener.waiting = undefined;
    for (const { seq, text } of waiting) {
      if (seq <= listener.sentSeq) continue;
      listener.sentSeq = seq;
      connection.send(text);
    }
  }

  async #missed(after: number) {
    const { record, log } = this.#options;
    try {
      const found = await record.framesAfter(after);
      return found.ok ? found.frames : undefined;
    } catch (error) {
      log.error({ code: 'history_unreadable', err: error }, 'what a client missed could not be read');
      return undefined;
    }
  }

  #framed({ timestamp, ...utterance }: NumberedFrame['frame']) {
    return { ...utterance, session_id: this.#options.id, timestamp };
  }

  #encode(utterance: Utterance): string {
    return encodeFrame({ ...utterance, session_id: this.#options.id, timestamp: this.#now() });
  }
}
