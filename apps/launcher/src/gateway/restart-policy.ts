/** What to do after the gateway died by itself. */
export type RestartDecision =
  | { readonly restart: true; readonly delayMs: number }
  | { readonly restart: false; readonly reason: string };

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
const STABLE_AFTER_MS = 60_000;
const LOOP_WINDOW_MS = 60_000;
const LOOP_DEATHS = 5;
/** The operator must act (sysexits.h EX_CONFIG): starting again changes nothing. */
const EXIT_CONFIGURATION = 78;

/** Decides after each death of a gateway that this launcher started. */
export interface RestartPolicy {
  died(death: { readonly code: number | null; readonly upMs: number }): RestartDecision;
  /** A person asked for a start: what was before does not count. */
  reset(): void;
}

interface RestartPolicyOptions {
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly now?: () => number;
}

/** Backoff of 1 s, 2 s … 30 s, reset by a minute of life; five deaths in a minute are a loop (launcher-http.md, "Gateway"). */
export function createRestartPolicy(options: RestartPolicyOptions = {}): RestartPolicy {
  const { firstDelayMs = FIRST_DELAY_MS, maxDelayMs = MAX_DELAY_MS, now = () => performance.now() } = options;
  let deaths: number[] = [];
  let attempt = 0;
  return {
    died({ code, upMs }) {
      if (code === EXIT_CONFIGURATION) return { restart: false, reason: 'its configuration has to be corrected' };
      if (upMs >= STABLE_AFTER_MS) attempt = 0;
      deaths = [...deaths.filter((at) => now() - at < LOOP_WINDOW_MS), now()];
      if (deaths.length >= LOOP_DEATHS)
        return { restart: false, reason: `it died ${LOOP_DEATHS} times within a minute` };
      const delayMs = Math.min(maxDelayMs, firstDelayMs * 2 ** attempt);
      attempt += 1;
      return { restart: true, delayMs };
    },
    reset() {
      deaths = [];
      attempt = 0;
    },
  };
}
