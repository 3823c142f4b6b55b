import { afterDeath, type DeathHistory, NO_DEATHS, type RestartDelays } from './restart-policy.ts';

/** Where the gateway is in its life, as people are told (launcher-http.md, "Gateway"). */
export type GatewayState = 'running' | 'starting' | 'restarting' | 'stopping' | 'stopped' | 'error';

/**
 * What this launcher knows by its own doing. `attached` is a gateway that somebody else started, whose life the pid file
 * tells; `restarting` waits for the next try; `error` waits for a person. Times are of a monotonic clock, in milliseconds.
 */
export interface Lifecycle {
  readonly state: GatewayState | 'attached';
  /** Why it does not run, as a sentence. */
  readonly reason?: string;
  readonly readyAt?: number;
  /** In `restarting`: how long to wait. */
  readonly delayMs?: number;
  /** In `attached`: whose life it is. */
  readonly attachedPid?: number;
  readonly history: DeathHistory;
}

/** What can happen. */
export type LifeEvent =
  /** A person, or the launcher's own start, wants one to run. */
  | { readonly type: 'start' }
  /** The wait after a death is over. */
  | { readonly type: 'retry' }
  /** Another one lives already. */
  | { readonly type: 'attach'; readonly pid: number }
  | { readonly type: 'ready'; readonly at: number }
  /** It never got ready; `reason` is a sentence. */
  | { readonly type: 'fail'; readonly reason: string; readonly code: number | null; readonly at: number }
  /** It was ready, and ended by itself. */
  | { readonly type: 'die'; readonly reason: string; readonly code: number | null; readonly at: number }
  | { readonly type: 'stop' }
  | { readonly type: 'stopped' };

/** Before anything has happened. */
export const UNBORN: Lifecycle = { state: 'stopped', history: NO_DEATHS };

/**
 * The gateway's life as one pure function. An event that means nothing in a state leaves it as it is: a process that is
 * being stopped may die at any moment, and the answer of a start may come when nobody waits for it any more.
 */
export function advance(life: Lifecycle, event: LifeEvent, delays?: RestartDelays): Lifecycle {
  const { state, history } = life;
  switch (event.type) {
    case 'start':
      return state === 'stopping' ? life : { state: 'starting', history: NO_DEATHS };
    case 'retry':
      return state === 'restarting' ? { ...keepReason(life), state: 'starting', history } : life;
    case 'attach':
      return state === 'starting' ? { state: 'attached', attachedPid: event.pid, history } : life;
    case 'ready':
      return state === 'starting' ? { state: 'running', readyAt: event.at, history } : life;
    case 'fail':
      if (state !== 'starting') return life;
      // The first try is somebody's order, who is told; a later one is one more death.
      return history.deaths.length === 0
        ? { state: 'error', reason: event.reason, history }
        : die(life, { ...event, upMs: 0 }, delays);
    case 'die':
      return state === 'running' ? die(life, { ...event, upMs: event.at - (life.readyAt ?? event.at) }, delays) : life;
    case 'stop':
      return { state: 'stopping', history };
    case 'stopped':
      return state === 'stopping' ? { state: 'stopped', history: NO_DEATHS } : life;
  }
}

const keepReason = ({ reason }: Lifecycle) => (reason === undefined ? {} : { reason });

interface ExplainedDeath {
  readonly reason: string;
  readonly code: number | null;
  readonly at: number;
  readonly upMs: number;
}

function die({ history }: Lifecycle, death: ExplainedDeath, delays: RestartDelays | undefined): Lifecycle {
  const after = afterDeath(history, death, delays);
  if (after.decision.restart) {
    return { state: 'restarting', reason: death.reason, delayMs: after.decision.delayMs, history: after.history };
  }
  const reason = `${death.reason} It is not started again: ${after.decision.reason}.`;
  return { state: 'error', reason, history: after.history };
}

/** What people are told: whoever started it, what the pid file proves to be alive is running. */
export function shownState(
  { state, reason, attachedPid }: Lifecycle,
  isAlive: boolean,
): { readonly state: GatewayState; readonly reason: string | undefined } {
  const isSettled = state === 'stopped' || state === 'error' || state === 'restarting' || state === 'attached';
  if (isAlive && isSettled) return { state: 'running', reason: undefined };
  if (state !== 'attached') return { state, reason };
  return {
    state: 'stopped',
    reason: `The gateway with pid ${attachedPid}, which this launcher did not start, has ended.`,
  };
}
