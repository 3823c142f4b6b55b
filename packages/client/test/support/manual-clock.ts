import type { Timers } from '../../src/timers.ts';

/** A clock that stands still until it is told to go on; what is due runs in order of time. */
export interface ManualClock {
  now: () => number;
  timers: Timers;
  /** The waits set and not yet run, in ms from now, shortest first. */
  waits(): number[];
  advance(ms: number): void;
}

export function createManualClock(): ManualClock {
  let time = 1_700_000_000_000;
  const due = new Map<object, { at: number; callback: () => void }>();
  const timers: Timers = {
    set(callback, delayMs) {
      const handle = {};
      due.set(handle, { at: time + delayMs, callback });
      return handle;
    },
    clear(handle) {
      due.delete(handle as object);
    },
  };
  const advance = (ms: number) => {
    const until = time + ms;
    for (;;) {
      const [next] = [...due].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined) break;
      const [handle, { at, callback }] = next;
      due.delete(handle);
      time = at;
      callback();
    }
    time = until;
  };
  return {
    now: () => time,
    timers,
    waits: () => [...due.values()].map(({ at }) => at - time).sort((a, b) => a - b),
    advance,
  };
}
