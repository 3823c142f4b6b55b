import type { IncomingMessage } from 'node:http';
import type { CloseCode } from '@picoclaw/protocol';
import type { TakenUpgrade } from '@picoclaw/server';
import type { ErrorCode } from '../errors.ts';
import type { Target } from './proxy-server.ts';

/** How one upgrade ended, for the log. */
export type ProxyOutcome = 'open' | 'client_gone' | 'refused' | ErrorCode;

/** One upgrade that has passed every gate and is to reach the gateway. */
export interface SocketJob {
  readonly request: IncomingMessage;
  readonly upgrade: TakenUpgrade;
  readonly target: Target;
  /** The dashboard session it belongs to; its end ends the socket. `undefined` for a token. */
  readonly holder: string | undefined;
  /** When that session ends by itself. */
  readonly endsInMs?: number | undefined;
  /** Names the client for the cap on pending upgrades. */
  readonly clientKey: string;
  /** The reply's subprotocol, given what the gateway selected. */
  readonly selectSubprotocol: (selectedUpstream: string | undefined) => string | undefined;
  readonly onOutcome: (outcome: ProxyOutcome, detail?: string) => void;
}

/** A way for WebSockets to the gateway: opens them, keeps an account of them and ends them. */
export interface SocketTransport {
  open(job: SocketJob): void;
  /** Ends the sockets for which the filter says so; clients get a close frame, or a refusal when not open yet. */
  end(filter: (holder: string | undefined) => boolean, code: CloseCode, reason: string): void;
  /** Takes no more, ends what would not outlive the launcher, and waits until that is gone. */
  close(): Promise<void>;
  readonly openCount: number;
  readonly pendingCount: number;
}
