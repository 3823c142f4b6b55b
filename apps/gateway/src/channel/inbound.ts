import { type ClientFrame, ErrorCode, parseClientFrame } from '@picoclaw/protocol';
import type { RawData, WebSocket } from 'ws';
import { createFrameLimit, type FrameLimit } from './frame-limit.ts';
import { createReadingPause } from './reading-pause.ts';

/** What a client says besides pings, which the connection answers itself. */
export type SessionFrame = Exclude<ClientFrame, { type: 'ping' }>;

interface InboundOptions {
  readonly socket: WebSocket;
  readonly onFrame: (frame: SessionFrame) => void;
  readonly onPing: (id: string | undefined) => void;
  readonly onRefused: (code: ErrorCode, message: string, requestId: string | undefined) => void;
  readonly limit?: FrameLimit;
}

/** Turns the messages of a socket into frames; what is none, or one too many, is refused and the socket stays open. */
export function readFrames({ socket, onFrame, onPing, onRefused, limit = createFrameLimit() }: InboundOptions): void {
  const reading = createReadingPause(socket);
  const take = () => {
    const isFine = limit.take();
    if (!isFine) reading.pause(limit.waitMs);
    return isFine;
  };
  // Each ping of the WebSocket is answered by a pong: a flood of them is a flood like any other.
  socket.on('ping', take);

  socket.on('message', (data: RawData, isBinary: boolean) => {
    const isFine = take();
    if (isBinary) return onRefused(ErrorCode.invalidMessage, 'Frames are text; this one was binary.', undefined);
    const result = parseClientFrame(data.toString());
    const requestId = result.ok ? result.frame.id : result.id;
    if (!isFine) return onRefused(ErrorCode.rateLimited, 'Too many frames; slow down.', requestId);
    if (!result.ok) return onRefused(result.code, result.message, requestId);
    return result.frame.type === 'ping' ? onPing(requestId) : onFrame(result.frame);
  });
}
