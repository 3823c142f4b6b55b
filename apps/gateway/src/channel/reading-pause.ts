import type { WebSocket } from 'ws';

/**
 * Stops reading from a socket for a while: a flood waits in the client's own buffers, so that memory here stays bounded
 * and other connections get their turn.
 */
export class ReadingPause {
  readonly #socket: WebSocket;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  pause(forMs: number): void {
    if (this.#socket.isPaused) return;
    this.#socket.pause();
    this.#timer = setTimeout(() => this.#socket.resume(), forMs);
  }

  /** The socket is closed. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
