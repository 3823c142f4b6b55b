import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

interface QuietMemoryOptions {
  /** How often it is looked whether the process has become quiet. */
  readonly everyMs?: number;
  readonly collect?: () => void;
}

/** Shares of the time in which the event loop did something. */
const BUSY = 0.1;
const QUIET = 0.05;
const LOOK_EVERY_MS = 10_000;

/**
 * Gives back what a busy time has left behind once that is over. V8 collects when more memory is asked for, so that a
 * process of which nobody wants anything would keep what its busiest moment took.
 */
export function giveMemoryBackWhenQuiet({
  everyMs = LOOK_EVERY_MS,
  collect = collector(),
}: QuietMemoryOptions = {}): void {
  let before = performance.eventLoopUtilization();
  let wasBusy = false;
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization > BUSY) wasBusy = true;
    else if (wasBusy && utilization < QUIET) {
      wasBusy = false;
      collect();
    }
  }, everyMs).unref();
}

/** Node gives `gc` only to contexts that are made while the flag is set. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return gc;
}
