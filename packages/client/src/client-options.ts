import { encodeFrame, tokenSubprotocol } from '@picoclaw/protocol';
import type { BackoffShape } from './backoff.ts';
import type { ConnectionEnd } from './connection.ts';
import type { SendRate } from './send-rate.ts';
import { systemTimers, type Timers } from './timers.ts';
import { browserWake, type WakeSource } from './wake.ts';
import type { WebSocketConstructor } from './web-socket.ts';

/** What `diagnose` found: `stop` ends the client with `refused`. */
export type Diagnosis = 'retry' | 'stop';

/** The options of a client; all but `url` have defaults. */
export interface ClientOptions {
  /** `ws:` or `wss:` address; a function is asked again before each try. */
  url: string | URL | (() => string | URL);
  /** The token to present; a secret object is revealed at each dial and never before. */
  token?: string | { reveal(): string };
  /** `subprotocol` (default) works everywhere; `header` sends a Bearer header and needs `webSocket` from the `ws` package. */
  tokenIn?: 'subprotocol' | 'header';
  /** Names to offer, best first (default: none); a token goes after them. */
  subprotocols?: readonly string[];
  /** The constructor (default: the platform's); Node 20 has none: give it that of the `ws` package. */
  webSocket?: WebSocketConstructor | undefined;
  /** Redials without a connection that held, before giving up: 3 makes four dials; 0 or less is no limit (the default). */
  maxAttempts?: number;
  /** How far apart the tries are (1000, 4000 and 30 000 ms). */
  backoff?: Partial<BackoffShape>;
  /** A connection that held this long forgives earlier failures, ms (5000): accept-and-drop servers are not hammered. */
  stableMs?: number;
  /** A JSON ping goes out this often, or more often where a hub says so; 2.5 times this in silence is death, ms (30 000). */
  heartbeatMs?: number;
  /** How long a handshake may take, ms (15 000: the launcher itself gives a silent gateway 10 s). */
  connectTimeoutMs?: number;
  /** How long the answer to a probe may take after waking, ms (5000). */
  probeTimeoutMs?: number;
  /** Messages that wait while there is no connection (100). */
  maxOutbox?: number;
  /**
   * How much is sent to a server (80 at once, 40 a second): gateway and hub take no more than 100 at once and 50 a second,
   * and a full outbox or many subscriptions after a reconnect are more than that.
   */
  sendRate?: SendRate;
  /** The longest message taken (16 MiB); a longer one ends the connection. */
  maxMessageBytes?: number;
  /** What to say first on each connection, before what has been waiting (default: nothing). */
  greeting?: () => readonly string[];
  /** The text of a ping (default `{"type":"ping"}`). */
  pingText?: string;
  /** Says for a selected subprotocol whether messages with an id are kept and sent again until `acknowledge` (default: never). */
  keepUntilAcknowledged?: (subprotocol: string) => boolean;
  /** Says for a selected subprotocol whether what is kept waits on each connection until `greeted` (default: never). */
  waitsForGreeting?: (subprotocol: string) => boolean;
  /** Asked after each handshake that failed, for a browser cannot see the status: "am I still signed in?" */
  diagnose?: (end: ConnectionEnd) => Promise<Diagnosis>;
  /** When to dial at once (default: browser online, tab visible). */
  wakeSource?: WakeSource;
  random?: () => number;
  now?: () => number;
  timers?: Timers;
}

/** The options with every default filled in. */
export type ResolvedClientOptions = Required<Omit<ClientOptions, 'token' | 'diagnose'>> &
  Pick<ClientOptions, 'token' | 'diagnose'> & { webSocket: WebSocketConstructor };

/** A client that could never connect as it was asked to; `code` is stable. */
export class ClientOptionsError extends Error {
  readonly code: 'websocket_unavailable' | 'headers_unavailable' | 'token_not_subprotocol_safe';
  constructor(code: ClientOptionsError['code'], message: string) {
    super(message);
    this.name = 'ClientOptionsError';
    this.code = code;
  }
}

/** Fills in the defaults; throws a ClientOptionsError when there is no WebSocket that can do what is asked. */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  const webSocket = options.webSocket ?? (globalThis.WebSocket as WebSocketConstructor | undefined);
  if (webSocket === undefined) {
    throw new ClientOptionsError(
      'websocket_unavailable',
      'This platform has no WebSocket: pass that of the ws package.',
    );
  }
  if (options.tokenIn === 'header' && webSocket === globalThis.WebSocket) {
    throw new ClientOptionsError(
      'headers_unavailable',
      "The platform's WebSocket sends no headers and would leave the token out in silence: pass that of the ws package.",
    );
  }
  return {
    tokenIn: 'subprotocol',
    subprotocols: [],
    maxAttempts: 0,
    backoff: {},
    stableMs: 5_000,
    heartbeatMs: 30_000,
    connectTimeoutMs: 15_000,
    probeTimeoutMs: 5_000,
    maxOutbox: 100,
    sendRate: { burst: 80, perSecond: 40 },
    maxMessageBytes: 16 * 1024 * 1024,
    greeting: () => [],
    pingText: encodeFrame({ type: 'ping' }),
    keepUntilAcknowledged: () => false,
    waitsForGreeting: () => false,
    wakeSource: browserWake,
    random: Math.random,
    now: Date.now,
    timers: systemTimers,
    ...options,
    webSocket,
  };
}

/** Where and how to dial now: the address, the subprotocols to offer and the headers to send. */
export function dialTarget({ url, token, tokenIn, subprotocols }: ResolvedClientOptions) {
  const target = {
    url: String(typeof url === 'function' ? url() : url),
    subprotocols: [...subprotocols],
    headers: {} as Record<string, string>,
  };
  if (token === undefined) return target;
  const text = typeof token === 'string' ? token : token.reveal();
  if (tokenIn === 'header') return { ...target, headers: { Authorization: `Bearer ${text}` } };
  const offered = tokenSubprotocol(text);
  if (offered === undefined) {
    throw new ClientOptionsError(
      'token_not_subprotocol_safe',
      'The token has characters that no subprotocol may have.',
    );
  }
  return { ...target, subprotocols: [...target.subprotocols, offered] };
}
