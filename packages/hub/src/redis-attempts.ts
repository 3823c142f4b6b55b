import { setTimeout as delay } from 'node:timers/promises';

const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 3000;

interface AttemptsOptions {
  readonly signal: AbortSignal;
  /** From 0 to 1: spreads the attempts of many nodes to reach a Redis that comes back. */
  readonly random: () => number;
  /** One life of a connection; calls back when it is in use. Never rejects. */
  readonly attempt: (onAttached: () => void) => Promise<void>;
}

/** Begins again for as long as it takes, until the signal; what has been in use begins again soon. */
export async function keepAttached({ signal, random, attempt }: AttemptsOptions): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    await attempt(() => {
      failures = 0;
    });
    const spread = random() * Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** failures);
    failures += 1;
    await delay(RETRY_MIN_MS + spread, undefined, { signal }).catch(() => {});
  }
}
