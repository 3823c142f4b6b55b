/** A token bucket: so many frames at once, then so many a second. */
export interface FrameLimit {
  /** Takes one frame; `false` when it is one too many. */
  take(): boolean;
  /** How long until the next frame would be fine. */
  readonly waitMs: number;
}

interface FrameLimitOptions {
  readonly burst?: number;
  readonly perSecond?: number;
  readonly now?: () => number;
}

const monotonicNow = (): number => performance.now();

/** Counts the frames of one connection; far above what a person or a program that waits for answers sends. */
export function createFrameLimit(options: FrameLimitOptions = {}): FrameLimit {
  return new TokenBucket(options);
}

/** A class, for each connection has one: closures would take twice the memory. */
class TokenBucket implements FrameLimit {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  #available: number;
  #countedAt: number;

  constructor({ burst = 100, perSecond = 50, now = monotonicNow }: FrameLimitOptions) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#now = now;
    this.#available = burst;
    this.#countedAt = now();
  }

  take(): boolean {
    this.#refill();
    if (this.#available < 1) return false;
    this.#available -= 1;
    return true;
  }

  get waitMs(): number {
    this.#refill();
    return this.#available >= 1 ? 0 : Math.ceil(((1 - this.#available) * 1000) / this.#perSecond);
  }

  #refill(): void {
    const at = this.#now();
    this.#available = Math.min(this.#burst, this.#available + ((at - this.#countedAt) * this.#perSecond) / 1000);
    this.#countedAt = at;
  }
}
