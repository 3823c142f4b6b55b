import { type ClientFrame, ErrorCode, parseClientFrame } from '@picoclaw/protocol';
import type { RawData, WebSocket } from 'ws';
import { createFrameLimit } from './frame-limit.ts';
import { ReadingPause } from './reading-pause.ts';

/** What a client says besides pings, which the connection answers itself. */
export type SessionFrame = Exclude<ClientFrame, { type: 'ping' }>;

/** Whoever hears them. */
interface Hearer {
  onFrame(frame: SessionFrame): void;
  onPing(id: string | undefined): void;
  refuse(code: ErrorCode, message: string, requestId: string | undefined): void;
}

/** Turns the messages of a socket into frames; what is none, or one too many, is refused and the socket stays open. */
export class Inbound {
  readonly #reading: ReadingPause;
  readonly #limit = createFrameLimit();
  readonly #hearer: Hearer;

  constructor(socket: WebSocket, hearer: Hearer) {
    this.#reading = new ReadingPause(socket);
    this.#hearer = hearer;
  }

  /** Each ping of the WebSocket is answered by a pong: a flood of them is a flood like any other. */
  takePing(): void {
    this.#take();
  }

  takeMessage(data: RawData, isBinary: boolean): void {
    const hearer = this.#hearer;
    const isFine = this.#take();
    if (isBinary) {
      hearer.refuse(ErrorCode.invalidMessage, 'Frames are text; this one was binary.', undefined);
      return;
    }
    const result = parseClientFrame(data.toString());
    const requestId = result.ok ? result.frame.id : result.id;
    if (!isFine) hearer.refuse(ErrorCode.rateLimited, 'Too many frames; slow down.', requestId);
    else if (!result.ok) hearer.refuse(result.code, result.message, requestId);
    else if (result.frame.type === 'ping') hearer.onPing(requestId);
    else hearer.onFrame(result.frame);
  }

  /** The socket is closed. */
  stop(): void {
    this.#reading.stop();
  }

  #take(): boolean {
    const isFine = this.#limit.take();
    if (!isFine) this.#reading.pause(this.#limit.waitMs);
    return isFine;
  }
}
