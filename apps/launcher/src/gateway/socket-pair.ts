import type { Socket } from 'node:net';
import type { CloseCode } from '@picoclaw/protocol';
import { destroyAfter, destroyThis } from '@picoclaw/server';
import { closeFrame, FrameBoundary } from './frame-boundary.ts';

/** The two ends of an open WebSocket. */
export interface SocketPair {
  readonly client: Socket;
  /** Closes both; the client is told why, after the frame that is on its way. */
  end(code: CloseCode, reason: string): void;
}

interface SocketPairOptions {
  readonly client: Socket;
  readonly upstream: Socket;
  /** A pair without a byte in either direction for this long is dead; both ends ping more often. */
  readonly idleTimeoutMs: number;
  /** What is left to send when the other side has gone may take this long. */
  readonly lingerMs: number;
  /** The client's end is closed. */
  readonly onClosed: () => void;
}

/**
 * Ties two open sockets: what comes from one goes to the other, at the pace at which that takes it, and when one goes,
 * the other goes soon. Nobody else may listen for their data any more.
 */
export function createSocketPair(options: SocketPairOptions): SocketPair {
  return new TiedSockets(options);
}

/** A class whose listeners are shared, for each chat has one: pipes and closures took four times the memory. */
class TiedSockets implements SocketPair {
  readonly client: Socket;
  readonly #upstream: Socket;
  readonly #lingerMs: number;
  readonly #onClosed: () => void;
  readonly #boundary = new FrameBoundary();
  /** Why it ends, while the client is still owed the rest of a frame. */
  #ending: { readonly code: CloseCode; readonly reason: string } | undefined;

  constructor({ client, upstream, idleTimeoutMs, lingerMs, onClosed }: SocketPairOptions) {
    this.client = client;
    this.#upstream = upstream;
    this.#lingerMs = lingerMs;
    this.#onClosed = onClosed;
    for (const socket of [client, upstream]) {
      listenTo(socket, this);
      socket.setTimeout(idleTimeoutMs);
      socket.resume();
    }
  }

  end(code: CloseCode, reason: string): void {
    if (this.#ending !== undefined) return;
    this.#ending = { code, reason };
    // What the client still sends goes nowhere, but its end must be seen.
    this.client.resume();
    const giveUp = setTimeout(() => {
      this.client.destroy();
      this.#upstream.destroy();
    }, this.#lingerMs);
    this.client.once('close', () => clearTimeout(giveUp));
    // A close frame in the middle of another frame would be read as its payload.
    if (this.#boundary.isBetweenFrames) this.#sayGoodbye(code, reason);
    else this.#upstream.resume();
  }

  onData(from: Socket, chunk: Buffer): void {
    if (from === this.client) this.#fromClient(chunk);
    else this.#fromUpstream(chunk);
  }

  onDrain(target: Socket): void {
    this.#otherOf(target).resume();
  }

  onEnd(from: Socket): void {
    const other = this.#otherOf(from);
    other.end();
    // A side that does not answer the end would stay half open for ever.
    destroyAfter(from, this.#lingerMs);
    destroyAfter(other, this.#lingerMs);
  }

  onClose(from: Socket): void {
    const other = this.#otherOf(from);
    other.end();
    destroyAfter(other, this.#lingerMs);
    if (from === this.client) this.#onClosed();
  }

  #fromClient(chunk: Buffer): void {
    if (this.#ending === undefined) this.#pass(this.client, this.#upstream, chunk);
  }

  #fromUpstream(chunk: Buffer): void {
    const end = this.#boundary.push(chunk);
    if (this.#ending === undefined || end === undefined) {
      this.#pass(this.#upstream, this.client, chunk);
      return;
    }
    if (this.client.writable) this.client.write(chunk.subarray(0, end));
    this.#sayGoodbye(this.#ending.code, this.#ending.reason);
  }

  #pass(from: Socket, to: Socket, chunk: Buffer): void {
    if (to.writable && !to.write(chunk)) from.pause();
  }

  #otherOf(socket: Socket): Socket {
    return socket === this.client ? this.#upstream : this.client;
  }

  #sayGoodbye(code: CloseCode, reason: string): void {
    if (this.client.writable) this.client.end(closeFrame(code, reason));
    this.#upstream.destroy();
    destroyAfter(this.client, this.#lingerMs);
  }
}

const kPair = Symbol('pair');
const pairOf = (socket: Socket): TiedSockets => (socket as Socket & { [kPair]: TiedSockets })[kPair];

const listeners = {
  data(this: Socket, chunk: Buffer): void {
    pairOf(this).onData(this, chunk);
  },
  drain(this: Socket): void {
    pairOf(this).onDrain(this);
  },
  end(this: Socket): void {
    pairOf(this).onEnd(this);
  },
  close(this: Socket): void {
    pairOf(this).onClose(this);
  },
};

function listenTo(socket: Socket, pair: TiedSockets): void {
  Object.assign(socket, { [kPair]: pair });
  socket.on('data', listeners.data).on('drain', listeners.drain).on('end', listeners.end).on('close', listeners.close);
  socket.on('error', destroyThis).on('timeout', destroyThis);
}
