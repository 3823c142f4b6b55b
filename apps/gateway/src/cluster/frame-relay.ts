import type { FastifyBaseLogger } from 'fastify';
import {
  createTextReader,
  type JournalFrame,
  type JournalLine,
  type NumberedFrame,
  shortened,
} from '../history/journal-line.ts';
import type { SessionHistory } from '../history/session-history.ts';
import type { RecordListener } from '../history/session-record.ts';
import type { PlacedLine, RedisSessions, Standing } from './redis-sessions.ts';

interface RelayOptions {
  readonly id: string;
  readonly origin: string;
  readonly history: SessionHistory;
  readonly log: FastifyBaseLogger;
  /** The connection has failed: it is to be given up, which calls `detach`. */
  readonly onLost: (sessions: RedisSessions, error: unknown) => void;
  /** Where this node stood when the session was let go of without a way to Redis. */
  readonly standing: Standing | undefined;
}

/** A frame that was said here and has not been told. */
interface Saying {
  readonly frame: JournalFrame;
  readonly question: string;
  readonly told: () => void;
  /** As it was handed to Redis, and the number that it got there. */
  line?: Omit<JournalLine, 'n'>;
  seq?: number;
}

type Mode = 'away' | 'joining' | 'attached';

/** What is kept for a Redis that is away; with more than that clients are told to read the history again. */
const MAX_OWN = 2_000;

/**
 * The frames of one session on this node. With a way to Redis they get their numbers there, and are told in that order,
 * whoever said them. Without one they get numbers of their own, are told, and are handed in later: under the same
 * numbers when nobody else has gone on with the session meanwhile, otherwise clients are told to read the history again.
 */
export class FrameRelay {
  readonly #options: RelayOptions;
  #listener: RecordListener | undefined;
  #mode: Mode = 'away';
  #sessions: RedisSessions | undefined;
  #life = '';
  /** The last number given out and the last one told; they differ while a frame is on its way to the disk. */
  #givenSeq: number;
  #toldSeq: number;
  /** Up to there the numbers are those of Redis. */
  #sharedSeq: number;
  #own: string[] = [];
  #isOverflow = false;
  #lastOwn: Promise<void> = Promise.resolve();
  #sayings: Saying[] = [];
  readonly #growing = new Map<string, string>();
  #reader = createTextReader();
  #pulling: Promise<void> | undefined;
  #isToPullAgain = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    const { history, standing } = options;
    const told = standing?.toldSeq ?? history.seq;
    this.#givenSeq = told;
    this.#toldSeq = told;
    this.#sharedSeq = standing?.sharedSeq ?? history.knownSeq;
    this.#life = standing?.life ?? '';
    this.#own = [...(standing?.own ?? [])];
    this.#isOverflow = standing?.isOverflow ?? false;
  }

  get toldSeq(): number {
    return this.#toldSeq;
  }

  get isAttached(): boolean {
    return this.#mode === 'attached';
  }

  get standing(): Standing {
    const [life, own, isOverflow] = [this.#life, [...this.#own], this.#isOverflow];
    // Numbers that are left out for safety's sake are nobody else's business.
    const toldSeq = life === '' && own.length === 0 ? this.#sharedSeq : this.#toldSeq;
    return { life, own, isOverflow, toldSeq, sharedSeq: this.#sharedSeq };
  }

  begin(listener: RecordListener): void {
    this.#listener = listener;
  }

  /** `question`: the message that it answers, or none. Settles when it is told, or is not to be. */
  say(frame: JournalFrame, question: string): Promise<void> {
    return new Promise((told) => {
      const saying: Saying = { frame, question, told };
      if (this.#mode === 'away') return this.#tellOwn(saying);
      this.#sayings.push(saying);
      if (this.#sessions !== undefined && this.#mode === 'attached') this.#send(this.#sessions, saying);
    });
  }

  isAllHeard(after: number): boolean {
    return after === this.#toldSeq && (this.isAttached || after <= this.#sharedSeq || this.#life === '');
  }

  async framesAfter(after: number): Promise<{ ok: true; frames: readonly NumberedFrame[] } | { ok: false }> {
    const sessions = this.#sessions;
    if (sessions !== undefined && this.isAttached) {
      try {
        return await this.#sharedFramesAfter(sessions, after);
      } catch (error) {
        this.#options.onLost(sessions, error);
      }
    }
    // Another node may have given out the same numbers meanwhile.
    return after > this.#sharedSeq ? { ok: false } : this.#options.history.framesAfter(after);
  }

  /** Every frame that is kept in Redis. */
  async sharedFrames(): Promise<readonly NumberedFrame[]> {
    const reader = createTextReader();
    const lines = (await this.#sessions?.lines(this.#options.id, 0)) ?? [];
    return lines.flatMap(({ seq, line }) => {
      const frame = line && reader.read({ n: seq, ...line });
      return frame === undefined ? [] : [{ seq, frame }];
    });
  }

  /** Takes up the way to Redis, and hands in what was told without it. Rejects when that is lost. */
  async attach(sessions: RedisSessions): Promise<void> {
    if (this.#sessions === sessions) return;
    this.#mode = 'joining';
    this.#sessions = sessions;
    await this.#lastOwn;
    const { id } = this.#options;
    const standing = this.standing;
    const { goesOn, seq, life } = await sessions.join(id, standing);
    if (this.#sessions !== sessions) return;
    this.#life = life;
    this.#own = [];
    this.#isOverflow = false;
    this.#growing.clear();
    this.#reader = createTextReader();
    if (goesOn) this.#setTold(standing.toldSeq);
    else this.#jump(seq);
    this.#mode = 'attached';
    for (const saying of [...this.#sayings]) this.#send(sessions, saying);
    await this.pull();
  }

  /** The way to Redis is lost: what is on its way is told without it. */
  detach(): void {
    this.#mode = 'away';
    this.#sessions = undefined;
    for (const saying of this.#sayings.splice(0)) this.#tellOwn(saying);
    this.#growing.clear();
  }

  /** Tells what has been said elsewhere; never rejects. */
  pull(): Promise<void> {
    this.#isToPullAgain = true;
    this.#pulling ??= this.#pullAll().finally(() => {
      this.#pulling = undefined;
    });
    return this.#pulling;
  }

  #send(sessions: RedisSessions, saying: Saying): void {
    const line = shortened(saying.frame, this.#growing);
    if (saying.frame.type === 'typing.stop') this.#growing.clear();
    saying.line = line;
    sessions.append(this.#options.id, JSON.stringify(line), saying.question).then(
      (seq) => {
        if (this.#sessions === sessions) this.#placed(saying, seq);
      },
      (error: unknown) => this.#options.onLost(sessions, error),
    );
  }

  #placed(saying: Saying, seq: number): void {
    if (seq < 0) {
      this.#growing.clear();
      this.#remove(saying);
      saying.told();
      this.#listener?.onTaken(saying.question);
    } else if (seq === this.#toldSeq + 1) {
      this.#tellSaying(saying, seq);
    } else if (seq > this.#toldSeq) {
      saying.seq = seq;
      void this.pull();
    } else {
      this.#remove(saying);
      saying.told();
    }
  }

  #tellSaying(saying: Saying, seq: number): void {
    this.#remove(saying);
    if (saying.line !== undefined) this.#reader.read({ n: seq, ...saying.line });
    this.#tell({ seq, frame: saying.frame }, true);
    saying.told();
  }

  #remove(saying: Saying): void {
    const at = this.#sayings.indexOf(saying);
    if (at >= 0) this.#sayings.splice(at, 1);
  }

  /** With a number of Redis. */
  #tell(numbered: NumberedFrame, isOwn: boolean): void {
    const { history, log } = this.#options;
    history.addFrame(numbered.frame, numbered.seq).written.catch((error: unknown) => {
      log.error({ code: 'storage_failed', err: error }, 'a frame could not be written down');
    });
    this.#setTold(numbered.seq);
    this.#listener?.onFrame(numbered, isOwn);
  }

  #setTold(seq: number): void {
    this.#toldSeq = seq;
    this.#givenSeq = seq;
    this.#sharedSeq = seq;
  }

  #jump(seq: number): void {
    const { id, log } = this.#options;
    const before = this.#toldSeq;
    this.#setTold(seq);
    if (seq === before || this.#listener === undefined) return;
    log.info({ code: 'frames_lost', sessionId: id, before, seq }, 'clients are to read the history again');
    this.#listener.onJump(seq);
  }

  /** With a number of this node alone; told when it is on the disk, as without any Redis. */
  #tellOwn({ frame, line, told }: Saying): void {
    const { history, log } = this.#options;
    const text = JSON.stringify(line ?? shortened(frame, this.#growing));
    if (frame.type === 'typing.stop') this.#growing.clear();
    if (this.#own.length < MAX_OWN) this.#own.push(text);
    else this.#isOverflow = true;
    this.#givenSeq += 1;
    const seq = this.#givenSeq;
    const tell = () => {
      this.#toldSeq = seq;
      this.#listener?.onFrame({ seq, frame }, true);
      told();
    };
    this.#lastOwn = history.addFrame(frame, seq).written.then(tell, (error: unknown) => {
      log.error({ code: 'storage_failed', err: error }, 'a frame could not be written down');
      tell();
    });
  }

  async #pullAll(): Promise<void> {
    while (this.#isToPullAgain) {
      this.#isToPullAgain = false;
      const sessions = this.#sessions;
      if (sessions === undefined || !this.isAttached) return;
      try {
        const lines = await sessions.lines(this.#options.id, this.#toldSeq + 1);
        for (const line of lines) await this.#take(sessions, line);
      } catch (error) {
        this.#options.onLost(sessions, error);
      }
    }
  }

  async #take(sessions: RedisSessions, { seq, origin, line }: PlacedLine): Promise<void> {
    if (this.#sessions !== sessions || seq <= this.#toldSeq) return;
    if (line === undefined) return this.#jump(seq);
    if (seq !== this.#toldSeq + 1) this.#jump(seq - 1);
    const saying = origin === this.#options.origin ? this.#sayings.find((one) => one.seq === seq) : undefined;
    if (saying !== undefined) return this.#tellSaying(saying, seq);
    const frame = this.#reader.read({ n: seq, ...line }) ?? (await this.#wholeFrame(seq));
    if (this.#sessions !== sessions || seq <= this.#toldSeq) return;
    if (frame === undefined) this.#jump(seq);
    else this.#tell({ seq, frame }, false);
  }

  /** A frame that only adds to a text which was begun before this node listened. */
  async #wholeFrame(seq: number): Promise<JournalFrame | undefined> {
    this.#reader = createTextReader();
    const lines = (await this.#sessions?.lines(this.#options.id, 0)) ?? [];
    let found: JournalFrame | undefined;
    for (const { seq: n, line } of lines) {
      if (n <= seq && line !== undefined) found = this.#reader.read({ n, ...line });
    }
    return found;
  }

  async #sharedFramesAfter(sessions: RedisSessions, after: number) {
    if (after > this.#toldSeq) return { ok: false } as const;
    const last = this.#toldSeq;
    const missed = (await sessions.lines(this.#options.id, after + 1)).filter(({ seq }) => seq <= last);
    const isGapless = missed.length === last - after && missed.every(({ line }) => line !== undefined);
    if (!isGapless) return { ok: false } as const;
    const isWhole = missed.every(({ line }) => line?.d === undefined);
    const frames = isWhole
      ? missed.flatMap(({ seq, line }) => (line?.f === undefined ? [] : [{ seq, frame: line.f }]))
      : (await this.sharedFrames()).filter(({ seq }) => seq > after && seq <= last);
    return frames.length === last - after ? ({ ok: true, frames } as const) : ({ ok: false } as const);
  }
}
