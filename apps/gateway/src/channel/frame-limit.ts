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

/** Counts the frames of one connection; far above what a person or a program that waits for answers sends. */
export function createFrameLimit(options: FrameLimitOptions = {}): FrameLimit {
  const { burst = 100, perSecond = 50, now = () => performance.now() } = options;
  let available = burst;
  let countedAt = now();
  const refill = () => {
    const at = now();
    available = Math.min(burst, available + ((at - countedAt) * perSecond) / 1000);
    countedAt = at;
  };
  return {
    take() {
      refill();
      if (available < 1) return false;
      available -= 1;
      return true;
    },
    get waitMs() {
      refill();
      return available >= 1 ? 0 : Math.ceil(((1 - available) * 1000) / perSecond);
    },
  };
}
