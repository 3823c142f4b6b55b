/** One death that nobody ordered. Times in milliseconds of a monotonic clock. */
export interface Death {
  readonly code: number | null;
  readonly at: number;
  /** How long the gateway had been ready; 0 when it never was. */
  readonly upMs: number;
}

/** What the policy remembers from death to death. */
export interface DeathHistory {
  readonly deaths: readonly number[];
  readonly attempt: number;
}

/** What to do after a death. */
export type RestartDecision =
  | { readonly restart: true; readonly delayMs: number }
  | { readonly restart: false; readonly reason: string };

/** The waits between restarts, in milliseconds. */
export interface RestartDelays {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Nothing has died yet, or a person has ordered a start: what was before does not count. */
export const NO_DEATHS: DeathHistory = { deaths: [], attempt: 0 };
const RESTART_DELAYS: RestartDelays = { firstMs: 1_000, maxMs: 30_000 };

const STABLE_AFTER_MS = 60_000;
const LOOP_WINDOW_MS = 60_000;
const LOOP_DEATHS = 5;
/** The operator must act (sysexits.h EX_CONFIG): starting again changes nothing. */
const EXIT_CONFIGURATION = 78;

/** Backoff of 1 s, 2 s … 30 s, reset by a minute of life; five deaths in a minute are a loop (launcher-http.md, "Gateway"). */
export function afterDeath(
  history: DeathHistory,
  { code, at, upMs }: Death,
  { firstMs, maxMs }: RestartDelays = RESTART_DELAYS,
): { readonly history: DeathHistory; readonly decision: RestartDecision } {
  const attempt = upMs >= STABLE_AFTER_MS ? 0 : history.attempt;
  const deaths = [...history.deaths.filter((earlier) => at - earlier < LOOP_WINDOW_MS), at];
  const decide = (): RestartDecision => {
    if (code === EXIT_CONFIGURATION) return { restart: false, reason: 'its configuration has to be corrected' };
    if (deaths.length >= LOOP_DEATHS) return { restart: false, reason: `it died ${LOOP_DEATHS} times within a minute` };
    return { restart: true, delayMs: Math.min(maxMs, firstMs * 2 ** attempt) };
  };
  return { history: { deaths, attempt: attempt + 1 }, decision: decide() };
}
