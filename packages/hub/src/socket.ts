/** What a hub needs of a socket; that of the `ws` package has all of it but `write`, which `wsSocket` adds. */
export interface HubSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Ends it at once, without a closing handshake. */
  terminate(): void;
  /** Bytes that were handed over and not yet taken by the network. */
  readonly bufferedAmount: number;
  on(event: 'message', listener: (data: unknown, isBinary?: boolean) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'pong', listener: () => void): unknown;
  /** A protocol ping; without it the hub sends a JSON one. */
  ping?(): void;
  /** Takes one or more whole frames as they go over the wire, on a connection without extensions. */
  write?(frames: Buffer): void;
}

/** A socket of the `ws` package, without `permessage-deflate`, that takes frames which were made once for many. */
export function wsSocket(socket: WsSocket, connection: { write(bytes: Buffer): unknown }): HubSocket {
  return {
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    on: socket.on.bind(socket) as HubSocket['on'],
    ping: () => socket.ping(),
    write(frames) {
      // As `send` does: once it is closing, what is said is neither sent nor an error.
      if (socket.readyState === OPEN) connection.write(frames);
    },
  };
}

interface WsSocket extends Required<Omit<HubSocket, 'write' | 'on'>> {
  readonly readyState: number;
  on(event: string, listener: (...values: never[]) => void): unknown;
}

/** https://websockets.spec.whatwg.org/#dom-websocket-open */
const OPEN = 1;
