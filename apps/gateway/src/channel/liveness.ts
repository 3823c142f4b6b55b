/** What has to be known of a socket that is watched, and what is done with it. */
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

/** Pings sockets and notices when their other ends have vanished. */
export interface Liveness {
  watch(living: Living): void;
  /** It is closed. */
  forget(living: Living): void;
}

/** How exactly the times are kept, at least and at most. */
const [FINEST_MS, COARSEST_MS] = [10, 1_000];

/**
 * Keeps the sockets by when there is something to do about them, with one timer for all: ten thousand cost no more than
 * those whose turn it is. (Each its own timer takes memory; a look at all of them each second takes a millisecond for every
 * two hundred.)
 */
export function createLiveness(): Liveness {
  const turns = new Map<number, Set<Living>>();
  const turnOf = new WeakMap<Living, Set<Living>>();
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  const look = () => {
    timerAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (const [at, turn] of turns) {
      if (at > now) continue;
      turns.delete(at);
      for (const living of turn) {
        if (judge(living, now)) schedule(living);
      }
    }
    wakeAt(Math.min(...turns.keys()));
  };
  const wakeAt = (at: number) => {
    if (at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(look, Math.max(1, at - performance.now())).unref();
  };
  const schedule = (living: Living) => {
    const at = nextTurn(living);
    const turn = turns.get(at) ?? new Set();
    turns.set(at, turn.add(living));
    turnOf.set(living, turn);
    wakeAt(at);
  };
  return {
    watch: schedule,
    forget(living) {
      turnOf.get(living)?.delete(living);
    },
  };
}

/** Whether it lives; pings it when that is due. */
function judge(living: Living, now: number): boolean {
  if (now - living.lastHeardAt >= living.readTimeoutMs) {
    living.onSilent();
    return false;
  }
  if (now - living.lastPingAt >= living.pingIntervalMs) {
    living.lastPingAt = now;
    living.ping();
  }
  return true;
}

/** Rounded up, so that many have their turn together. */
function nextTurn({ lastPingAt, lastHeardAt, pingIntervalMs, readTimeoutMs }: Living): number {
  const due = Math.min(lastPingAt + pingIntervalMs, lastHeardAt + readTimeoutMs);
  const grain = Math.max(FINEST_MS, Math.min(COARSEST_MS, Math.min(pingIntervalMs, readTimeoutMs) / 4));
  return Math.ceil(due / grain) * grain;
}
