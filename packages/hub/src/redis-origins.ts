/** Beyond, the one that has been silent for longest is forgotten. */
const MAX_ORIGINS = 4096;

/** How far the publications of each other node have come; a node counts from 1 and keeps its order in the stream. */
export class RedisOrigins {
  /** The one that published most recently comes last. */
  readonly #latest = new Map<string, number>();

  /**
   * Whether this is the `next` one, one that is known `again`, or one after a `jump` over some that never came. Of a node
   * that is met for the first time, what came before has passed already.
   */
  note(origin: string, seq: number): 'next' | 'again' | 'jump' {
    const latest = this.#latest.get(origin) ?? seq - 1;
    if (seq <= latest) return 'again';
    this.#latest.delete(origin);
    this.#latest.set(origin, seq);
    for (const silent of this.#latest.keys()) {
      if (this.#latest.size <= MAX_ORIGINS) break;
      this.#latest.delete(silent);
    }
    return seq === latest + 1 ? 'next' : 'jump';
  }
}
