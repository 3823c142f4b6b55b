import type { ConnectionEnd } from './connection.ts';

/** `disconnected` waits for the next try; `closed` is for good. */
export type ClientState = 'connecting' | 'connected' | 'disconnected' | 'closed';

/** Why a client ended for good. */
export type ClosedBecause = 'closed_here' | 'closed_by_server' | 'attempts_exhausted' | 'refused' | 'cannot_dial';

/** Everything a banner wants to say; a new object for each change. */
export interface ClientStatus {
  state: ClientState;
  /** Tries since a connection last held (1 = the first redial is due or under way). */
  attempt: number;
  /** When the next try is due, Unix ms; only while `disconnected`. */
  nextAttemptAt?: number;
  /** What the server selected; only while `connected`, empty when none. */
  subprotocol?: string;
  /** How the last connection, or try at one, ended. */
  lastEnd?: ConnectionEnd;
  /** Only when `closed`. */
  closedBecause?: ClosedBecause;
  /** The fault behind `cannot_dial`. */
  error?: unknown;
}
