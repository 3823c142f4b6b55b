import type { Secret } from '@picoclaw/auth';
import { CloseCode, CloseReason, type ErrorCode, encodeFrame, Subprotocol } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import type { ChannelSettings } from '../settings.ts';
import { Inbound, type SessionFrame } from './inbound.ts';
import type { Living } from './liveness.ts';
import { Outbound } from './outbound.ts';

/** One open socket of the channel. */
export interface Connection {
  /** What it came in with, to be judged again when a reload changes which tokens count. */
  readonly token: Secret;
  /** Whether it speaks `pico.v2`. */
  readonly isNumbered: boolean;
  /** What waits for its reader. */
  readonly bufferedBytes: number;
  /** Sends an encoded frame; a closed socket drops it. */
  send(text: string): void;
  /** Sends an `error` frame to this socket alone; it stays open. */
  refuse(code: ErrorCode, message: string, requestId?: string): void;
  /** Closes it properly; the other end has two seconds to agree. */
  close(code: number, reason: string): void;
  /** Ends it at once. */
  terminate(): void;
}

/** What a connection belongs to. */
interface Session {
  receive(frame: SessionFrame, from: Connection): void;
  leave(connection: Connection): void;
}

interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly token: Secret;
  readonly sessionId: string;
  readonly settings: ChannelSettings;
  readonly log: FastifyBaseLogger;
  readonly onClosed: (connection: SocketConnection) => void;
  readonly now?: () => number;
}

/** Gives a fresh WebSocket its limits and turns its messages into frames; there is one for each, so it is kept small. */
export class SocketConnection implements Connection, Living {
  readonly token: Secret;
  readonly isNumbered: boolean;
  lastHeardAt = performance.now();
  lastPingAt = this.lastHeardAt;
  /** Hears its frames, as soon as it is open. */
  session: Session | undefined;
  readonly #socket: WebSocket;
  readonly #sessionId: string;
  readonly #settings: ChannelSettings;
  readonly #log: FastifyBaseLogger;
  readonly #onClosed: (connection: SocketConnection) => void;
  readonly #now: () => number;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;

  constructor({ socket, token, sessionId, settings, log, onClosed, now = Date.now }: ConnectionOptions) {
    this.token = token;
    this.isNumbered = socket.protocol === Subprotocol.v2;
    this.#socket = socket;
    this.#sessionId = sessionId;
    this.#settings = settings;
    this.#log = log;
    this.#onClosed = onClosed;
    this.#now = now;
    this.#inbound = new Inbound(socket, this);
    this.#outbound = new Outbound(socket, this);
    listenTo(socket, this);
  }

  get pingIntervalMs(): number {
    return this.#settings.pingIntervalMs;
  }

  get readTimeoutMs(): number {
    return this.#settings.readTimeoutMs;
  }

  get writeTimeoutMs(): number {
    return this.#settings.writeTimeoutMs;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    this.#outbound.send(text);
  }

  refuse(code: ErrorCode, message: string, requestId?: string): void {
    const payload = { code, message, ...(requestId !== undefined && { request_id: requestId }) };
    this.send(encodeFrame({ type: 'error', ...this.#envelope(), payload }));
  }

  close(code: number, reason: string): void {
    // A paused socket would never read the other end's agreement.
    this.#socket.resume();
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Settles when it is closed; it must not be yet. */
  closed(): Promise<void> {
    return new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  onFrame(frame: SessionFrame): void {
    this.session?.receive(frame, this);
  }

  onPing(id: string | undefined): void {
    this.send(encodeFrame({ type: 'pong', ...this.#envelope(), ...(id !== undefined && { id }) }));
  }

  onSilent(): void {
    this.#tell('info', 'read_timeout', 'channel connection is silent, ending it');
    this.terminate();
  }

  onStalled(code: string): void {
    this.#tell('warn', code, 'channel connection reads too slowly, closing it');
    this.close(CloseCode.tryAgainLater, CloseReason.tryAgainLater);
  }

  onMessage(data: RawData, isBinary: boolean): void {
    this.heard();
    this.#inbound.takeMessage(data, isBinary);
  }

  onWebSocketPing(): void {
    this.heard();
    this.#inbound.takePing();
  }

  heard(): void {
    this.lastHeardAt = performance.now();
  }

  onError({ code }: NodeJS.ErrnoException): void {
    this.#tell('debug', code, 'channel socket error');
  }

  onClose(): void {
    this.#inbound.stop();
    this.#outbound.stop();
    this.#onClosed(this);
    this.session?.leave(this);
  }

  #envelope() {
    return { session_id: this.#sessionId, timestamp: this.#now() };
  }

  #tell(level: 'debug' | 'info' | 'warn', code: string | undefined, text: string): void {
    this.#log[level]({ code, sessionId: this.#sessionId }, text);
  }
}

const kConnection = Symbol('connection');
const connectionOf = (socket: WebSocket): SocketConnection =>
  (socket as WebSocket & { [kConnection]: SocketConnection })[kConnection];

/** Listeners that all sockets share: closures of their own would be the largest part of what a quiet chat takes. */
const listeners = {
  message(this: WebSocket, data: RawData, isBinary: boolean): void {
    connectionOf(this).onMessage(data, isBinary);
  },
  ping(this: WebSocket): void {
    connectionOf(this).onWebSocketPing();
  },
  pong(this: WebSocket): void {
    connectionOf(this).heard();
  },
  // The cause (too large, not UTF-8, reset, …) decides the close code inside ws; without a listener it would be thrown.
  error(this: WebSocket, error: Error): void {
    connectionOf(this).onError(error);
  },
  close(this: WebSocket): void {
    connectionOf(this).onClose();
  },
};

function listenTo(socket: WebSocket, connection: SocketConnection): void {
  Object.assign(socket, { [kConnection]: connection });
  socket.on('message', listeners.message).on('ping', listeners.ping).on('pong', listeners.pong);
  socket.on('error', listeners.error).on('close', listeners.close);
}
