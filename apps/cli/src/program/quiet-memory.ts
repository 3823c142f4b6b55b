import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

interface QuietMemoryOptions {
  /** How often it is looked whether the process has become quiet. */
  readonly everyMs?: number;
  readonly collect?: () => void;
}

/** Shares of the time in which the event loop did something. */
const BUSY = 0.3;
const QUIET = 0.15;
const LOOK_EVERY_MS = 10_000;
/** The second time gives back the pages that the first one has emptied. */
const TIMES = 2;

/**
 * Gives back what a busy time has left behind once that is over. V8 collects when more memory is asked for, so that a
 * process of which nobody wants anything would keep what its busiest moment took.
 */
export function giveMemoryBackWhenQuiet({
  everyMs = LOOK_EVERY_MS,
  collect = collector(),
}: QuietMemoryOptions = {}): void {
  let before = performance.eventLoopUtilization();
  let due = 0;
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization > BUSY) due = TIMES;
    else if (due > 0 && utilization < QUIET) {
      due -= 1;
      collect();
    }
  }, everyMs).unref();
}

/**
 * Node gives `gc` only to contexts that are made while the flag is set. What is left is moved together: a page that holds one
 * object is as large as one that is full.
 */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return () => {
    setFlagsFromString('--compact-on-every-full-gc');
    gc();
    setFlagsFromString('--no-compact-on-every-full-gc');
  };
}
