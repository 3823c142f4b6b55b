import { randomBytes } from 'node:crypto';
import type { Backplane, Draft, Missed, Publication, RingLimits } from './backplane.ts';
import { createRing, RING_LIMITS, type Ring } from './ring.ts';

/** The options of `createMemoryBackplane`. */
export interface MemoryBackplaneOptions {
  readonly limits?: RingLimits;
  /** Channels whose past is kept; beyond, the one that has been silent for longest is forgotten. */
  readonly maxChannels?: number;
  /** Monotonic, in ms. */
  readonly now?: () => number;
}

interface Numbered {
  readonly seq: number;
  readonly publication: Publication;
}

interface Past {
  readonly ring: Ring<Numbered>;
  /** Nothing is known up to here: the channel may have had a past that is forgotten. */
  readonly knownAfter: number;
}

/**
 * One process: what is published is delivered before `publish` returns. Ids are `<epoch>-<seq>`, where the epoch is this
 * backplane's own, so that an id of another life of the server is known to be one.
 */
export function createMemoryBackplane(options: MemoryBackplaneOptions = {}): Backplane {
  return new MemoryBackplane(options);
}

class MemoryBackplane implements Backplane {
  readonly #limits: RingLimits;
  readonly #maxChannels: number;
  readonly #now: () => number;
  readonly #epoch = randomBytes(6).toString('base64url').replace(/[-_]/g, '0');
  readonly #startedAt = Date.now();
  /** The channel that was published to most recently comes last. */
  readonly #pasts = new Map<string, Past>();
  #deliver: (publication: Publication) => void = () => {};
  #seq = 0;
  /** Of channels that are forgotten altogether nothing up to here is known. */
  #forgottenTo = 0;

  constructor({ limits = RING_LIMITS, maxChannels = 10_000, now = () => performance.now() }: MemoryBackplaneOptions) {
    this.#limits = limits;
    this.#maxChannels = maxChannels;
    this.#now = now;
  }

  open(deliver: (publication: Publication) => void): void {
    this.#deliver = deliver;
  }

  publish({ channel, body }: Draft): void {
    this.#seq += 1;
    const publication = { channel, body, id: `${this.#epoch}-${this.#seq}` };
    if (channel !== undefined) this.#keep(channel, { seq: this.#seq, publication });
    this.#deliver(publication);
  }

  since(channel: string, after: string): Missed {
    const seq = this.#seqOf(after);
    if (seq === undefined) return { ok: false };
    const past = this.#pasts.get(channel);
    past?.ring.expire(this.#now());
    const knownAfter = Math.max(past?.knownAfter ?? this.#forgottenTo, past?.ring.lastDropped?.seq ?? 0);
    if (seq < knownAfter) return { ok: false };
    const missed = (past?.ring.entries ?? []).filter((entry) => entry.seq > seq);
    return { ok: true, publications: missed.map(({ publication }) => publication) };
  }

  latestId(): string {
    return `${this.#epoch}-${this.#seq}`;
  }

  status() {
    return { state: 'ready', since: this.#startedAt } as const;
  }

  onStatus(): () => void {
    return () => {};
  }

  async close(): Promise<void> {
    this.#pasts.clear();
    this.#deliver = () => {};
  }

  #keep(channel: string, entry: Numbered): void {
    const now = this.#now();
    const past = this.#pasts.get(channel) ?? { ring: createRing(this.#limits), knownAfter: this.#forgottenTo };
    past.ring.push(entry, Buffer.byteLength(entry.publication.body), now);
    this.#pasts.delete(channel);
    this.#pasts.set(channel, past);
    for (const [name, { ring }] of this.#pasts) {
      const isOld = now - (ring.newestAt ?? now) >= this.#limits.maxAgeMs;
      if (!isOld && this.#pasts.size <= this.#maxChannels) return;
      this.#forgottenTo = Math.max(this.#forgottenTo, (ring.entries.at(-1) ?? ring.lastDropped)?.seq ?? 0);
      this.#pasts.delete(name);
    }
  }

  #seqOf(id: string): number | undefined {
    const [, epoch, digits] = /^(\w+)-(\d{1,15})$/.exec(id) ?? [];
    const seq = Number(digits);
    return epoch === this.#epoch && seq <= this.#seq ? seq : undefined;
  }
}
