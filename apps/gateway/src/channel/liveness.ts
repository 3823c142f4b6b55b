/** What a sweep has to know of a socket, and may do with it. */
export interface Living {
  readonly pingIntervalMs: number;
  readonly readTimeoutMs: number;
  /** When anything at all has come last, on the clock of `performance.now`. */
  readonly lastHeardAt: number;
  lastPingAt: number;
  ping(): void;
  /** Nothing at all came for `readTimeoutMs`. */
  onSilent(): void;
}

const [LEAST_MS, MOST_MS] = [10, 1_000];

/**
 * Pings sockets and notices when their other ends have vanished: one timer for all of them, and none when there are
 * none. Answers with what is to be called when one has come in.
 */
export function createLivenessSweep(all: ReadonlySet<Living>): (newest: Living) => void {
  let timer: NodeJS.Timeout | undefined;
  let everyMs = MOST_MS;

  const look = () => {
    timer = undefined;
    const now = performance.now();
    for (const each of all) {
      if (now - each.lastHeardAt >= each.readTimeoutMs) each.onSilent();
      else if (now - each.lastPingAt >= each.pingIntervalMs) {
        each.lastPingAt = now;
        each.ping();
      }
    }
    lookLater();
  };
  const lookLater = () => {
    if (all.size === 0 || timer !== undefined) return;
    timer = setTimeout(look, everyMs).unref();
  };
  return ({ pingIntervalMs, readTimeoutMs }) => {
    everyMs = Math.max(LEAST_MS, Math.min(MOST_MS, pingIntervalMs / 4, readTimeoutMs / 4));
    lookLater();
  };
}
