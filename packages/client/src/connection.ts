import { CloseCode } from '@picoclaw/protocol';
import { createLiveness, type Liveness } from './liveness.ts';
import type { Timers } from './timers.ts';
import { OPEN, type WebSocketConstructor, type WebSocketLike } from './web-socket.ts';

/** How a connection ended; `code` is 1006 where no close frame came. */
export interface ConnectionEnd {
  /** False when the handshake failed; a browser does not say why (401, 403, 503 and no server look alike). */
  opened: boolean;
  code: number;
  reason: string;
  because: 'closed' | 'silent' | 'timeout' | 'too_large';
}

/** One dial: where to, and what its owner wants to hear. */
export interface ConnectionOptions {
  webSocket: WebSocketConstructor;
  url: string;
  subprotocols: string[];
  headers: Record<string, string>;
  maxMessageBytes: number;
  connectTimeoutMs: number;
  heartbeatMs: number;
  probeTimeoutMs: number;
  pingText: string;
  now: () => number;
  timers: Timers;
  onOpen: (subprotocol: string) => void;
  onText: (text: string) => void;
  /** Called at most once, and not after `close`. */
  onEnd: (end: ConnectionEnd) => void;
}

const ABNORMAL = 1006;
const LINGER_MS = 2_000;

/** One WebSocket from dial to end; it reports its end once and is then forgotten. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocketLike;
  readonly #connectTimer: unknown;
  #liveness: Liveness | undefined;
  #opened = false;
  #ended = false;

  /** Dials at once; throws what the WebSocket constructor throws (a bad address, a page that may not dial it). */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { webSocket: WebSocket, url, subprotocols, headers, maxMessageBytes, connectTimeoutMs, timers } = options;
    this.#socket = new WebSocket(url, subprotocols, { headers, maxPayload: maxMessageBytes });
    this.#socket.addEventListener('open', () => this.#open());
    this.#socket.addEventListener('message', ({ data }) => this.#receive(data));
    // A close event always follows; `ws` would throw an error that nobody listens to.
    this.#socket.addEventListener('error', () => undefined);
    this.#socket.addEventListener('close', ({ code, reason }) => this.#end({ code, reason, because: 'closed' }));
    this.#connectTimer = timers.set(() => this.#abandon('timeout'), connectTimeoutMs);
  }

  /** Hands a text to the socket; false when it is not open, and then nothing was taken. */
  send(text: string): boolean {
    if (this.#ended || this.#socket.readyState !== OPEN) return false;
    this.#socket.send(text);
    return true;
  }

  /** Pings this often from now on. */
  setHeartbeat(heartbeatMs: number): void {
    if (this.#liveness === undefined || this.#ended) return;
    this.#liveness.stop();
    this.#liveness = this.#watch(heartbeatMs);
  }

  /** Finds out soon whether the other end still lives. */
  probe(): void {
    this.#liveness?.probe();
  }

  /** Ends it from this side; `onEnd` stays silent. */
  close(code: number, reason: string): void {
    if (this.#ended) return;
    this.#settle();
    this.#socket.close(code, reason);
    // `ws` would wait 30 s for the other end's close frame and keep the process alive.
    if (this.#socket.terminate !== undefined) {
      const linger = this.#options.timers.set(() => this.#socket.terminate?.(), LINGER_MS);
      this.#socket.addEventListener('close', () => this.#options.timers.clear(linger));
    }
  }

  #open(): void {
    if (this.#ended) return;
    const { timers, heartbeatMs, onOpen } = this.#options;
    this.#opened = true;
    timers.clear(this.#connectTimer);
    this.#liveness = this.#watch(heartbeatMs);
    onOpen(this.#socket.protocol);
  }

  #watch(heartbeatMs: number): Liveness {
    const { timers, probeTimeoutMs, now, pingText } = this.#options;
    return createLiveness({
      heartbeatMs,
      probeTimeoutMs,
      now,
      timers,
      ping: () => this.send(pingText),
      silent: () => this.#abandon('silent'),
    });
  }

  #receive(data: unknown): void {
    if (this.#ended) return;
    this.#liveness?.seen();
    if (typeof data !== 'string') return;
    // `ws` keeps to maxPayload by itself; a browser has taken it already and can only go no further.
    if (data.length > this.#options.maxMessageBytes) this.#abandon('too_large', CloseCode.tooLarge);
    else this.#options.onText(data);
  }

  #abandon(because: 'silent' | 'timeout' | 'too_large', code: number = ABNORMAL): void {
    // A closing handshake with a dead peer takes as long as the platform likes: report the end first, then let go.
    this.#end({ code, reason: '', because });
    if (this.#socket.terminate === undefined) this.#socket.close();
    else this.#socket.terminate();
  }

  #end(end: Omit<ConnectionEnd, 'opened'>): void {
    if (this.#ended) return;
    this.#settle();
    this.#options.onEnd({ opened: this.#opened, ...end });
  }

  #settle(): void {
    this.#ended = true;
    this.#liveness?.stop();
    this.#options.timers.clear(this.#connectTimer);
  }
}
