import type { Draft, RingLimits } from './backplane.ts';
import type { StreamPlace } from './redis-entry.ts';
import { createRings, type Rings } from './redis-rings.ts';

/** A publication of this node, numbered. */
export interface OwnPublication extends Draft {
  readonly seq: number;
}

/**
 * The publications of this node on their way into the stream. Each is delivered here either when it is seen there, or,
 * when there is no way to the stream, before; in both cases in the order of their numbers.
 */
export class RedisBacklog {
  /** What is not known to be in the stream, and some of what is. */
  readonly #rings: Rings<OwnPublication>;
  readonly #undelivered: OwnPublication[] = [];
  #lastSeq = 0;
  #deliveredSeq = 0;
  #placedSeq = 0;
  /** The highest number that the present stream has. */
  #inStreamSeq = 0;
  /** The number that was sent last, in this attempt and in any. */
  #sentSeq = 0;
  #everSentSeq = 0;
  /** Up to this number a stream that is lost may have had them. */
  #lostSeq = 0;

  constructor(limits: RingLimits, now: () => number) {
    this.#rings = createRings(limits, now);
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Up to here everything has been delivered on this node. */
  get deliveredSeq(): number {
    return this.#deliveredSeq;
  }

  /** Up to here everything is in the stream, or will never be. */
  get placedSeq(): number {
    return this.#placedSeq;
  }

  get inStreamSeq(): number {
    return this.#inStreamSeq;
  }

  /** The oldest one that has not been delivered. */
  get undelivered(): OwnPublication | undefined {
    return this.#undelivered[0];
  }

  add({ channel, body }: Draft): OwnPublication {
    this.#lastSeq += 1;
    const own = { channel, body, seq: this.#lastSeq };
    this.#undelivered.push(own);
    this.#rings.push(channel, own, Buffer.byteLength(body));
    return own;
  }

  /** The next one to deliver, which counts as delivered from now on. */
  takeUndelivered(): OwnPublication | undefined {
    const own = this.#undelivered.shift();
    if (own !== undefined) this.#deliveredSeq = own.seq;
    return own;
  }

  /** It is in the present stream, whether that is news or not. */
  markInStream(seq: number): void {
    this.#inStreamSeq = Math.max(this.#inStreamSeq, seq);
  }

  /** The stream has lost what it held. */
  markLost(): void {
    this.#lostSeq = this.#everSentSeq;
    this.#inStreamSeq = 0;
  }

  /** Sending goes on after what the present stream has. */
  beginSending(): void {
    this.#sentSeq = this.#inStreamSeq;
  }

  /** It is sent now, in the order of the numbers: what has to be said with it. */
  markSent(seq: number): Pick<StreamPlace, 'isAfterHole' | 'isAgain'> {
    const isAfterHole = seq !== this.#sentSeq + 1;
    this.#sentSeq = seq;
    this.#everSentSeq = Math.max(this.#everSentSeq, seq);
    return { isAfterHole, isAgain: seq <= this.#lostSeq };
  }

  /** It has its place in the stream. */
  markPlaced(seq: number): void {
    this.#placedSeq = Math.max(this.#placedSeq, seq);
    if (this.#placedSeq >= this.#lastSeq) this.#rings.clear();
  }

  /** What has still to come into the stream, in order; gaps in the numbers are what was not kept. */
  unplaced(): OwnPublication[] {
    const unplaced = this.#rings.all().filter(({ seq }) => seq > this.#placedSeq);
    return unplaced.sort((a, b) => a.seq - b.seq);
  }

  /** What was delivered on the channel ahead of the stream, after a number; undefined when some of it is not kept. */
  missed(channel: string, after: number): readonly OwnPublication[] | undefined {
    const kept = this.#rings.kept(channel);
    const seen = Math.max(after, this.#placedSeq);
    if ((this.#rings.dropped(channel)?.seq ?? 0) > seen) return undefined;
    return kept.filter(({ seq }) => seq > seen && seq <= this.#deliveredSeq);
  }
}
