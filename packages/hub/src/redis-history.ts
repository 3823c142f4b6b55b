import { randomBytes } from 'node:crypto';
import type { Draft, Missed, Publication, RingLimits } from './backplane.ts';
import { type OwnPublication, RedisBacklog } from './redis-backlog.ts';
import { type Cursor, comparePositions, formatCursor, parseCursor, positionMs, START } from './redis-cursor.ts';
import { type CarriedPublication, parseEntry, type StreamEntry, type StreamPlace } from './redis-entry.ts';
import { RedisLog } from './redis-log.ts';
import { RedisOrigins } from './redis-origins.ts';

/** How far clocks may be apart before a position is taken for invented. */
const CLOCK_SKEW_MS = 60_000;

/**
 * What one node knows of all publications: the stream as far as it was read, and its own that are not in there yet. Each
 * comes to `deliver` once. The id of a publication is what a client that has it has seen: see `Cursor`.
 */
export class RedisHistory {
  /** This life of this node. */
  readonly origin = randomBytes(6).toString('hex');
  readonly #log: RedisLog;
  readonly #backlog: RedisBacklog;
  readonly #origins = new RedisOrigins();
  readonly #now: () => number;
  readonly #onIgnored: () => void;
  #deliver: (publication: Publication) => void = () => {};
  #isDelivering = false;
  /** Where the stream ended when this node came; what happened before that is none of its clients' business. */
  #loadedAt: string | undefined;
  /** Something may be missing before the next entry. */
  #isInDoubt = false;

  constructor(limits: RingLimits, now: () => number, onIgnored: () => void) {
    this.#log = new RedisLog(limits, now);
    this.#backlog = new RedisBacklog(limits, now);
    this.#now = now;
    this.#onIgnored = onIgnored;
  }

  get isLoaded(): boolean {
    return this.#loadedAt !== undefined;
  }

  get position(): string {
    return this.#log.position;
  }

  /** The oldest number of ours that has not been delivered here. */
  get waitingSeq(): number | undefined {
    return this.#backlog.undelivered?.seq;
  }

  get latestId(): string {
    const { deliveredSeq, placedSeq } = this.#backlog;
    const isAhead = deliveredSeq > placedSeq || !this.isLoaded;
    return formatCursor({ position: this.position, seen: new Map(isAhead ? [[this.origin, deliveredSeq]] : []) });
  }

  open(deliver: (publication: Publication) => void): void {
    this.#deliver = deliver;
  }

  add(draft: Draft): OwnPublication {
    return this.#backlog.add(draft);
  }

  /** Delivers what is ours without waiting for the stream, in order also when a receiver publishes. */
  deliverOwn(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      while (this.waitingSeq !== undefined) this.#deliverNext();
    } finally {
      this.#isDelivering = false;
    }
  }

  /** The end of the stream as this node finds it; nothing of it is delivered. */
  load(entries: readonly StreamEntry[]): void {
    this.#log.markHole(entries[0]?.[0] ?? START);
    for (const entry of entries) this.#take(entry, true);
    this.#loadedAt = this.position;
  }

  /** What comes next in the stream, or comes again. */
  take(entries: readonly StreamEntry[]): void {
    for (const entry of entries) this.#take(entry, false);
  }

  /** The stream may have gone on without us seeing all of it. */
  doubt(): void {
    this.#isInDoubt = true;
  }

  /** The stream has lost what it held, so that it will be read from its beginning. */
  beginAgain(): void {
    this.#backlog.markLost();
  }

  /** Ours that the present stream does not have, as far as they are kept: they are sent now, before anything new. */
  handIn(): readonly OwnPublication[] {
    this.#backlog.beginSending();
    return [...this.#log.ofOrigin(this.origin, this.#backlog.inStreamSeq), ...this.#backlog.unplaced()];
  }

  /** What goes into the stream with a publication that is sent now. */
  markSent({ seq }: OwnPublication): StreamPlace {
    return { origin: this.origin, seq, ...this.#backlog.markSent(seq) };
  }

  since(channel: string, after: string): Missed {
    const cursor = this.#cursorOf(after);
    if (cursor === undefined || this.#isInDoubt) return { ok: false };
    const placed = this.#log.missed(channel, cursor);
    const ahead = this.#backlog.missed(channel, cursor.seen.get(this.origin) ?? 0);
    if (placed === undefined || ahead === undefined) return { ok: false };
    // Another node has read further than this one: perhaps so far that it has seen what is ahead of the stream here.
    if (ahead.length > 0 && comparePositions(cursor.position, this.position) > 0) return { ok: false };
    const idAhead = (seq: number) =>
      formatCursor({ position: this.position, seen: new Map([...cursor.seen, [this.origin, seq]]) });
    return {
      ok: true,
      publications: [
        ...placed.map((one) => ({ channel, body: one.body, id: formatCursor({ ...cursor, position: one.position }) })),
        ...ahead.map((own) => ({ channel, body: own.body, id: idAhead(own.seq) })),
      ],
    };
  }

  /** Undefined for an id that this node cannot have to do with. */
  #cursorOf(id: string): Cursor | undefined {
    const cursor = parseCursor(id);
    const ownSeq = cursor?.seen.get(this.origin);
    if (cursor === undefined || (ownSeq ?? 0) > this.#backlog.lastSeq) return undefined;
    if (cursor.position === START) {
      // From before this node had read anything.
      return ownSeq === undefined ? undefined : { ...cursor, position: this.#loadedAt ?? START };
    }
    const latestMs = Math.max(this.#now(), positionMs(this.position)) + CLOCK_SKEW_MS;
    return this.isLoaded && positionMs(cursor.position) <= latestMs ? cursor : undefined;
  }

  #take(entry: StreamEntry, isPast: boolean): void {
    const [position] = entry;
    const isNew = comparePositions(position, this.position) > 0;
    const parsed = parseEntry(entry);
    if (isNew && this.#isInDoubt) this.#log.markHole(position);
    if (isNew) this.#isInDoubt = false;
    if (isNew && parsed?.kind === 'restart') this.#log.markRestart(position);
    if (isNew && parsed?.kind === 'publication' && parsed.isAgain) this.#log.markAgain(position);
    this.#log.advance(position);
    if (parsed === undefined) this.#onIgnored();
    else if (parsed.kind !== 'publication') return;
    else if (parsed.origin !== this.origin) this.#takeForeign(position, parsed, isNew, isPast);
    else if (parsed.seq <= this.#backlog.lastSeq) this.#takeOwn(position, parsed);
    else this.#onIgnored();
  }

  #takeOwn(position: string, carried: CarriedPublication): void {
    const { seq, isAfterHole } = carried;
    this.#backlog.markInStream(seq);
    // Sent again over a new connection, because nobody knew that the old one had still brought it.
    if (seq <= this.#backlog.placedSeq) return;
    const waiting = this.#backlog.undelivered;
    const { channel, body } = waiting?.seq === seq ? waiting : carried;
    if (isAfterHole || body === undefined) this.#log.markHole(position);
    if (body !== undefined) this.#log.keep({ position, origin: this.origin, seq, channel, body });
    this.#backlog.markPlaced(seq);
    while (this.waitingSeq !== undefined && this.waitingSeq <= seq) this.#deliverNext();
  }

  #takeForeign(position: string, carried: CarriedPublication, isNew: boolean, isPast: boolean): void {
    const { origin, seq, channel, body, isAfterHole } = carried;
    const order = this.#origins.note(origin, seq);
    if (order === 'again') return;
    // Redis has lost its data and its clock went back: this belongs where we have been already.
    if (!isNew) this.#isInDoubt = true;
    if (isAfterHole || order === 'jump' || body === undefined) this.#log.markHole(position);
    if (body === undefined) return;
    if (isNew) this.#log.keep({ position, origin, seq, channel, body });
    const id = isNew ? this.latestId : formatCursor({ position, seen: new Map([[origin, seq]]) });
    if (!isPast) this.#deliver({ channel, body, id });
  }

  #deliverNext(): void {
    const own = this.#backlog.takeUndelivered();
    if (own !== undefined) this.#deliver({ channel: own.channel, body: own.body, id: this.latestId });
  }
}
