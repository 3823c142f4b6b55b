import type { Timers } from './timers.ts';

/** Watches one open connection for silence. */
export interface Liveness {
  /** Any frame counts as life, not only a pong. */
  seen(): void;
  /** Asks at once, and gives the answer only `probeTimeoutMs`: after sleep a socket may look open and be dead. */
  probe(): void;
  stop(): void;
}

/** The times are in ms; `ping` sends a JSON ping, because browsers neither send nor see the protocol's own. */
export interface LivenessOptions {
  heartbeatMs: number;
  probeTimeoutMs: number;
  now: () => number;
  timers: Timers;
  ping: () => void;
  silent: () => void;
}

/** Silence lasts this many heartbeats before the connection counts as dead. */
const SILENT_HEARTBEATS = 2.5;

/** Pings each heartbeat and says once when the other end has been silent for too long. */
export function createLiveness({ heartbeatMs, probeTimeoutMs, now, timers, ping, silent }: LivenessOptions): Liveness {
  const allowedMs = heartbeatMs * SILENT_HEARTBEATS;
  let lastSeen = now();
  let pingTimer: unknown;
  let silenceTimer: unknown;
  let probeTimer: unknown;

  const stop = () => {
    for (const timer of [pingTimer, silenceTimer, probeTimer]) timers.clear(timer);
  };
  const die = () => {
    stop();
    silent();
  };
  const schedulePing = () => {
    pingTimer = timers.set(() => {
      ping();
      schedulePing();
    }, heartbeatMs);
  };
  const watch = (delayMs: number) => {
    silenceTimer = timers.set(() => {
      const leftMs = lastSeen + allowedMs - now();
      if (leftMs <= 0) die();
      else watch(leftMs);
    }, delayMs);
  };

  schedulePing();
  watch(allowedMs);
  return {
    seen() {
      lastSeen = now();
      timers.clear(probeTimer);
    },
    probe() {
      timers.clear(probeTimer);
      probeTimer = timers.set(die, probeTimeoutMs);
      ping();
    },
    stop,
  };
}
