import type { Draft, RingLimits } from './backplane.ts';
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

  /** It has been seen in the stream. */
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
