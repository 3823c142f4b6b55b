/** Something that ends at a time, on the clock of `performance.now`; `Infinity` for never. */
export interface Ending {
  readonly endsAt: number;
}

/** What `setTimeout` can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Ends each at its time, with one timer for all: ten thousand of them would each cost a timer and a list for its length.
 * Answers with what is to be called for each that is added; what has gone is to be gone from `all`.
 */
export function createEndings<T extends Ending>(all: () => Iterable<T>, end: (one: T) => void): (added: T) => void {
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  const wake = () => {
    timerAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const one of all()) {
      if (one.endsAt <= now) end(one);
      else next = Math.min(next, one.endsAt);
    }
    wakeAt(next);
  };
  const wakeAt = (at: number) => {
    if (at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(wake, Math.min(LONGEST_MS, Math.max(0, at - performance.now()))).unref();
  };
  return ({ endsAt }) => wakeAt(endsAt);
}
