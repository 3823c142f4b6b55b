import type { WebSocket } from 'ws';

interface OutboundOptions {
  readonly writeTimeoutMs: number;
  /** The client reads too slowly: nothing drained in time, or more waits for it than is kept. */
  readonly onStalled: (reason: 'write_timeout' | 'buffer_full') => void;
}

/** How much may wait for a slow reader before it is closed. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/** Sends texts to one socket, and gives a slow reader up before it costs memory. */
export class Outbound {
  readonly #socket: WebSocket;
  readonly #options: OutboundOptions;
  #unwritten = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, options: OutboundOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** A closed socket drops it. */
  send(text: string): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount + text.length > MAX_BUFFERED_BYTES && socket.bufferedAmount > 0) {
      this.#options.onStalled('buffer_full');
      return;
    }
    this.#unwritten += 1;
    this.#timer ??= setTimeout(() => this.#giveUp(), this.#options.writeTimeoutMs);
    socket.send(text, () => this.#written());
  }

  /** The socket is closed. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #giveUp(): void {
    this.#timer = undefined;
    this.#options.onStalled('write_timeout');
  }

  #written(): void {
    this.#unwritten -= 1;
    if (this.#unwritten === 0) this.stop();
    else this.#timer?.refresh();
  }
}
