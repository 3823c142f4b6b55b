import type { Secret } from '@picoclaw/auth';
import { CloseCode, CloseReason, type ErrorCode, encodeFrame, Subprotocol } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import type { ChannelSettings } from '../settings.ts';
import { readFrames, type SessionFrame } from './inbound.ts';
import { watchLiveness } from './liveness.ts';
import { createOutbound } from './outbound.ts';

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

interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly token: Secret;
  readonly sessionId: string;
  readonly settings: ChannelSettings;
  readonly log: FastifyBaseLogger;
  readonly onFrame: (frame: SessionFrame, connection: Connection) => void;
  readonly onClosed: (connection: Connection) => void;
  readonly now?: () => number;
}

/** How much may wait for a slow reader before it is closed. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/** Gives a fresh WebSocket its limits and turns its messages into frames. */
export function createConnection(options: ConnectionOptions): Connection {
  const { socket, settings, log, onFrame, onClosed } = options;
  const connection = createSpeaker(options);

  readFrames({
    socket,
    onFrame: (frame) => onFrame(frame, connection),
    onPing: (id) =>
      connection.send(encodeFrame({ type: 'pong', ...envelopeOf(options), ...(id !== undefined && { id }) })),
    onRefused: connection.refuse,
  });
  const onSilent = () => {
    log.info({ code: 'read_timeout' }, 'channel connection is silent, ending it');
    socket.terminate();
  };
  watchLiveness(socket, { ...settings, onSilent });
  // The cause (too large, not UTF-8, reset, …) decides the close code inside ws; without a listener it would be thrown.
  socket.on('error', (error) => log.debug({ code: (error as NodeJS.ErrnoException).code }, 'channel socket error'));
  socket.once('close', () => onClosed(connection));
  return connection;
}

const envelopeOf = ({ sessionId, now = Date.now }: ConnectionOptions) => ({ session_id: sessionId, timestamp: now() });

/** The side that speaks. */
function createSpeaker(options: ConnectionOptions): Connection {
  const { socket, token, settings, log } = options;
  const close = (code: number, reason: string) => {
    // A paused socket would never read the other end's agreement.
    socket.resume();
    socket.close(code, reason);
  };
  const outbound = createOutbound(socket, {
    writeTimeoutMs: settings.writeTimeoutMs,
    maxBufferedBytes: MAX_BUFFERED_BYTES,
    onStalled(code) {
      log.warn({ code }, 'channel connection reads too slowly, closing it');
      close(CloseCode.tryAgainLater, CloseReason.tryAgainLater);
    },
  });
  return {
    token,
    isNumbered: socket.protocol === Subprotocol.v2,
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send: outbound.send,
    refuse(code, message, requestId) {
      const payload = { code, message, ...(requestId !== undefined && { request_id: requestId }) };
      outbound.send(encodeFrame({ type: 'error', ...envelopeOf(options), payload }));
    },
    close,
    terminate: () => socket.terminate(),
  };
}
