/** Whom a way leads to: the launcher or the gateway of this home, or what `--url` names. */
export type TargetName = 'launcher' | 'gateway' | 'given';

/** How the token travels; `api` is the launcher's HTTP API, which opens no chat. */
export type Method = 'bearer' | 'subprotocol' | 'query' | 'api';

/** Which token is presented: one of this home's two, or the one that was given. */
export type TokenName = 'launcher' | 'channel' | 'given';

/** One way to connect: an address, a token and how it is presented. */
export interface Way {
  readonly target: TargetName;
  /** As a client opens it (`ws:`, `wss:`), never with a token in it; `http:`, `https:` for the API. */
  readonly url: string;
  readonly method: Method;
  readonly token: TokenName;
}
