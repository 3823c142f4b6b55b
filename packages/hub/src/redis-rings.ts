import type { RingLimits } from './backplane.ts';
import { createRing, type Ring } from './ring.ts';

/** Beyond, the channel that has been silent for longest is forgotten. */
const MAX_CHANNELS = 10_000;

/** Undefined is what went to every connection. */
type Channel = string | undefined;

/** A bounded ring for each channel. Entries have to be pushed in the order in which they are compared. */
export interface Rings<Entry> {
  push(channel: Channel, entry: Entry, bytes: number): void;
  /** Of one channel, oldest first. */
  kept(channel: Channel): readonly Entry[];
  /** The newest one that the channel may have had and that is not kept. */
  dropped(channel: Channel): Entry | undefined;
  /** Of all channels, in no particular order. */
  all(): Entry[];
  clear(): void;
}

interface KnownRing<Entry> {
  readonly ring: Ring<Entry>;
  /** The newest that was forgotten of any channel before this ring began. */
  readonly forgotten: Entry | undefined;
}

/** Makes empty rings. */
export function createRings<Entry>(limits: RingLimits, now: () => number): Rings<Entry> {
  /** The channel that was pushed to most recently comes last. */
  const rings = new Map<Channel, KnownRing<Entry>>();
  let forgotten: Entry | undefined;
  const forgetSilent = () => {
    for (const [channel, { ring }] of rings) {
      const isOld = now() - (ring.newestAt ?? now()) >= limits.maxAgeMs;
      if (!isOld && rings.size <= MAX_CHANNELS) return;
      forgotten = ring.entries.at(-1) ?? ring.lastDropped ?? forgotten;
      rings.delete(channel);
    }
  };
  return {
    push(channel, entry, bytes) {
      const known = rings.get(channel) ?? { ring: createRing<Entry>(limits), forgotten };
      known.ring.push(entry, bytes, now());
      rings.delete(channel);
      rings.set(channel, known);
      forgetSilent();
    },
    kept(channel) {
      const ring = rings.get(channel)?.ring;
      ring?.expire(now());
      return ring?.entries ?? [];
    },
    dropped(channel) {
      const known = rings.get(channel);
      return known === undefined ? forgotten : (known.ring.lastDropped ?? known.forgotten);
    },
    all() {
      for (const { ring } of rings.values()) ring.expire(now());
      return [...rings.values()].flatMap(({ ring }) => ring.entries);
    },
    clear() {
      rings.clear();
      forgotten = undefined;
    },
  };
}
