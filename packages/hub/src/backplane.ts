/** What a publisher hands over; `body` is the JSON text of all members but `id`, without the braces (it is made once). */
export interface Draft {
  /** Undefined goes to every connection. */
  readonly channel: string | undefined;
  readonly body: string;
}

/** A publication in its place in the order. */
export interface Publication extends Draft {
  /** Opaque to clients; the one to resume after. */
  readonly id: string;
}

/** What a client missed, or that nobody can say any more. */
export type Missed = { readonly ok: true; readonly publications: readonly Publication[] } | { readonly ok: false };

/** Whether what is published here reaches other nodes, and since when (Unix ms). */
export interface BackplaneStatus {
  readonly state: 'ready' | 'detached';
  readonly since: number;
  /** Why it is detached, as a sentence. */
  readonly reason?: string;
}

/**
 * Gives publications their order and their ids, carries them to the hubs of other nodes, and keeps the bounded ring of
 * each channel. Two implementations under one contract suite: in process, and Redis Streams.
 */
export interface Backplane {
  /** Called once, by the hub; each publication of any node comes to `deliver` once, per channel in one order. */
  open(deliver: (publication: Publication) => void): void;
  /**
   * Takes a publication. In process, and whenever there is no way to other nodes, it is delivered here before this
   * returns; otherwise as soon as it has its place among those of other nodes.
   */
  publish(draft: Draft): void;
  /** What came to the channel after the publication with that id, oldest first; synchronous with `deliver`. */
  since(channel: string, after: string): Missed;
  /** The id after which a subscription begins that starts now. */
  latestId(channel: string): string;
  status(): BackplaneStatus;
  /** Calls back when `status` changed; returns the function that ends it. */
  onStatus(listener: (status: BackplaneStatus) => void): () => void;
  close(): Promise<void>;
}

/** How much of each channel is kept for those who come back: whichever limit is reached first. */
export interface RingLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}
