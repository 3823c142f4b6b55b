/** What a server answered instead of opening a WebSocket, or what its API said. */
export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  /** The error code of a launcher or gateway of ours; `undefined`: somebody else speaks. */
  readonly code?: string | undefined;
  /** What it says about it, made harmless for a terminal. */
  readonly message?: string | undefined;
  /** Seconds, from `Retry-After`. */
  readonly retryAfterS?: number | undefined;
  /** Where it sends the client, from `Location`. */
  readonly location?: string | undefined;
}

/** What was seen when a way was tried. */
export type Observation =
  /** The handshake succeeded and a ping was answered; or the API took the token. */
  | { readonly kind: 'connected' }
  /** The handshake succeeded, a ping was not answered. */
  | { readonly kind: 'silent' }
  /** The handshake succeeded and the socket was closed at once. */
  | { readonly kind: 'closed'; readonly code: number }
  /** A 101 that a client must refuse (RFC 6455, 4.1); `isUnselected`: no subprotocol in it, though some were offered. */
  | { readonly kind: 'malformed'; readonly isUnselected: boolean }
  | Answer
  /** No HTTP answer; `code` is the system's (`ECONNREFUSED`) or `timeout`. */
  | { readonly kind: 'failed'; readonly code: string }
  /** Another program has the address, so no token was sent. */
  | { readonly kind: 'foreign' }
  /** The pid file tells nothing that can be believed, so no token was sent. */
  | { readonly kind: 'unproven' }
  /** Not tried: there is no token, or it has characters that the method cannot carry. */
  | { readonly kind: 'skipped'; readonly why: 'no_token' | 'token_unfit' };
