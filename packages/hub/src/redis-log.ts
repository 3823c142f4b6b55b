import type { RingLimits } from './backplane.ts';
import { type Cursor, comparePositions, laterPosition, positionMs, START } from './redis-cursor.ts';
import { createRings, type Rings } from './redis-rings.ts';

/** A publication that has its place in the stream. */
export interface PlacedPublication {
  readonly position: string;
  readonly origin: string;
  readonly seq: number;
  readonly channel: string | undefined;
  readonly body: string;
}

/**
 * From where this node had read a stream that was lost, to where all nodes had handed in what they still knew of it.
 * Who has a position of between may have seen more of the lost stream than this node, or less.
 */
interface LostStretch {
  readonly after: string;
  readonly restart: string;
  before: string;
}

const MAX_LOST = 64;

const isBefore = (a: string, b: string) => comparePositions(a, b) < 0;

/** What this node has read of the stream, as far as it is kept, and where it knows that something is missing. */
export class RedisLog {
  readonly #rings: Rings<PlacedPublication>;
  /** How far the stream has been read. */
  #position = START;
  /** Nothing can be said about what came after an earlier position than this. */
  #knownAfter = START;
  readonly #lost: LostStretch[] = [];
  readonly #maxAgeMs: number;

  constructor(limits: RingLimits, now: () => number) {
    this.#rings = createRings(limits, now);
    this.#maxAgeMs = limits.maxAgeMs;
  }

  get position(): string {
    return this.#position;
  }

  /** The stream has been read up to here; going back is not possible. */
  advance(position: string): void {
    this.#position = laterPosition(this.#position, position);
  }

  keep(publication: PlacedPublication): void {
    this.#rings.push(publication.channel, publication, Buffer.byteLength(publication.body));
  }

  /** Something that belongs before this position is missing here. */
  markHole(position: string): void {
    this.#knownAfter = laterPosition(this.#knownAfter, position);
  }

  /** The stream began again at this position; what it had after ours is gone. Each node that noticed says so once. */
  markRestart(position: string): void {
    this.#lost.push({ after: this.#position, restart: position, before: position });
    if (this.#lost.length > MAX_LOST) this.markHole(this.#lost.shift()?.before ?? START);
  }

  /**
   * Something that a lost stream may have had was handed in again, here. It is not older than what is kept at all, so
   * only losses since then concern it; it may have been away for several of them.
   */
  markAgain(position: string): void {
    const oldestMs = positionMs(position) - this.#maxAgeMs;
    const concerned = this.#lost.filter(({ restart }) => positionMs(restart) >= oldestMs);
    for (const stretch of concerned) stretch.before = laterPosition(stretch.before, position);
    if (concerned.length === 0) this.markHole(position);
  }

  /** What came to the channel and the holder of the cursor has not seen, or undefined when nobody can say. */
  missed(channel: string, { position, seen }: Cursor): readonly PlacedPublication[] | undefined {
    const kept = this.#rings.kept(channel);
    const dropped = this.#rings.dropped(channel)?.position ?? START;
    if (isBefore(position, laterPosition(this.#knownAfter, dropped)) || this.#isLost(position)) return undefined;
    return kept.filter((one) => isBefore(position, one.position) && one.seq > (seen.get(one.origin) ?? 0));
  }

  /** What is kept of that origin after a sequence number, in its order. */
  ofOrigin(origin: string, after: number): PlacedPublication[] {
    const own = this.#rings.all().filter((one) => one.origin === origin && one.seq > after);
    return own.sort((a, b) => a.seq - b.seq);
  }

  #isLost(position: string): boolean {
    return this.#lost.some(({ after, before }) => isBefore(after, position) && isBefore(position, before));
  }
}
