import type { Timers } from '../../src/timers.ts';

/** A clock that stands still until it is told to go on; what is due runs in order of time. */
export interface ManualClock {
  now: () => number;
  timers: Timers;
  /** The waits set and not yet run, in ms from now, shortest first. */
  waits(): number[];
  advance(ms: number): void;
}

interface Due {
  at: number;
  callback: () => void;
}

export function createManualClock(): ManualClock {
  let time = 1_700_000_000_000;
  /** In order of time, and of their making where that is the same; a search by halves keeps thousands of them cheap. */
  const due: Due[] = [];
  const place = (at: number) => {
    let low = 0;
    let high = due.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((due[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const timers: Timers = {
    set(callback, delayMs) {
      const handle: Due = { at: time + delayMs, callback };
      due.splice(place(handle.at), 0, handle);
      return handle;
    },
    clear(handle) {
      if (handle === undefined) return;
      const { at } = handle as Due;
      for (let position = place(at) - 1; due[position]?.at === at; position -= 1) {
        if (due[position] === handle) due.splice(position, 1);
      }
    },
  };
  const advance = (ms: number) => {
    const until = time + ms;
    for (let next = due[0]; next !== undefined && next.at <= until; next = due[0]) {
      due.shift();
      time = next.at;
      next.callback();
    }
    time = until;
  };
  return { now: () => time, timers, waits: () => due.map(({ at }) => at - time), advance };
}
