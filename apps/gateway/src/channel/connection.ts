import type { Secret } from '@picoclaw/auth';
import {
  type ClientFrame,
  CloseCode,
  CloseReason,
  ErrorCode,
  encodeFrame,
  parseClientFrame,
  type ServerFrame,
} from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import type { ChannelSettings } from '../settings.ts';
import { createFrameLimit, type FrameLimit } from './frame-limit.ts';
import { watchLiveness } from './liveness.ts';
import { createOutbound } from './outbound.ts';
import { createReadingPause } from './reading-pause.ts';

/** One open socket of the channel. */
export interface Connection {
  /** What it came in with, to be judged again when a reload changes which tokens count. */
  readonly token: Secret;
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
  readonly onFrame: (frame: Exclude<ClientFrame, { type: 'ping' }>, connection: Connection) => void;
  readonly onClosed: (connection: Connection) => void;
  readonly maxBufferedBytes?: number;
  readonly frameLimit?: FrameLimit;
  readonly now?: () => number;
}

/** How much may wait for a slow reader before it is closed. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/** Gives a fresh WebSocket its limits and turns its messages into frames. */
export function createConnection(options: ConnectionOptions): Connection {
  const { socket, token, sessionId, settings, log, onFrame, onClosed, now = Date.now } = options;
  const { maxBufferedBytes = MAX_BUFFERED_BYTES, frameLimit = createFrameLimit() } = options;
  const { writeTimeoutMs } = settings;
  const envelope = () => ({ session_id: sessionId, timestamp: now() });

  const giveUp = (code: string) => {
    log.warn({ code }, 'channel connection given up');
    connection.close(CloseCode.tryAgainLater, CloseReason.tryAgainLater);
    // Nobody reads at the other end, so the close frame would wait in the same queue.
    socket.terminate();
  };
  const outbound = createOutbound(socket, { writeTimeoutMs, maxBufferedBytes, onStalled: giveUp });
  const reading = createReadingPause(socket);
  const say = (frame: ServerFrame) => outbound.send(encodeFrame(frame));

  const connection: Connection = {
    token,
    send: (text) => outbound.send(text),
    refuse(code, message, requestId) {
      const payload = { code, message, ...(requestId !== undefined && { request_id: requestId }) };
      say({ type: 'error', ...envelope(), payload });
    },
    close(code, reason) {
      // A paused socket would never read the other end's agreement.
      socket.resume();
      socket.close(code, reason);
    },
    terminate: () => socket.terminate(),
  };

  const receive = (data: RawData, isBinary: boolean) => {
    const isTooMuch = !frameLimit.take();
    if (isTooMuch) reading.pause(frameLimit.waitMs);
    if (isBinary) return connection.refuse(ErrorCode.invalidMessage, 'Frames are text; this one was binary.');
    const result = parseClientFrame(data.toString());
    const requestId = result.ok ? result.frame.id : result.id;
    if (isTooMuch) return connection.refuse(ErrorCode.rateLimited, 'Too many frames; slow down.', requestId);
    if (!result.ok) return connection.refuse(result.code, result.message, requestId);
    if (result.frame.type !== 'ping') return onFrame(result.frame, connection);
    return say({ type: 'pong', ...envelope(), ...(requestId !== undefined && { id: requestId }) });
  };

  socket.on('message', receive);
  // Each ping is answered by a pong that somebody must read: a flood of them is a flood like any other.
  socket.on('ping', () => {
    if (!frameLimit.take()) reading.pause(frameLimit.waitMs);
    if (socket.bufferedAmount > maxBufferedBytes) giveUp('buffer_full');
  });
  // The cause (too large, not UTF-8, reset, …) decides the close code inside ws; without a listener it would be thrown.
  socket.on('error', (error) => log.debug({ code: (error as NodeJS.ErrnoException).code }, 'channel socket error'));
  socket.once('close', () => onClosed(connection));
  const onSilent = () => {
    log.info({ code: 'read_timeout' }, 'channel connection is silent, ending it');
    socket.terminate();
  };
  watchLiveness(socket, { ...settings, onSilent });
  return connection;
}
