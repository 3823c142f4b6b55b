import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server as TlsServer } from 'node:tls';
import { carry } from '@picoclaw/server';

/** TLS on the ports of HTTP servers. */
export interface SecurePort {
  /**
   * From now on the server's requests come over TLS. Plain HTTP on the same port reaches it too, for a gate to answer: whoever
   * typed `http://` would otherwise see nothing but a reset. To be called before the server listens.
   */
  secure(server: Server): void;
  /** Handshakes from now on are made with this certificate; connections that are open stay. */
  use(options: SecureContextOptions): void;
  /** Ends every connection that has not finished its handshake. */
  close(): void;
}

interface SecurePortOptions {
  readonly options: SecureContextOptions;
  /** For a client to finish its handshake. */
  readonly handshakeMs?: number;
  /** A handshake that failed; anybody can cause them. */
  readonly onFailure?: (error: NodeJS.ErrnoException) => void;
}

/** The first byte of a handshake in TLS (RFC 8446, 5.1); none of HTTP begins with it. */
const HANDSHAKE = 0x16;

/** Makes the TLS side of ports; each server that it secures has one terminal of its own. */
export function createSecurePort(given: SecurePortOptions): SecurePort {
  const { handshakeMs = 10_000, onFailure = () => {} } = given;
  let { options } = given;
  const terminals = new Set<TlsServer>();
  const entrance = createEntrance(handshakeMs);

  const createTerminal = (accept: (socket: Socket) => void): TlsServer => {
    const terminal = createServer({ ...options, ALPNProtocols: ['http/1.1'], handshakeTimeout: handshakeMs });
    terminal.on('secureConnection', (socket) => {
      const carrier = entrance.leave(socket);
      // Gone already: without a peer there is no telling whose it was.
      if (carrier === undefined) return socket.destroy();
      carry(socket, carrier);
      return accept(socket);
    });
    terminal.on('tlsClientError', (error, socket) => {
      onFailure(error);
      socket.destroy();
    });
    terminals.add(terminal);
    return terminal;
  };

  return {
    secure(server) {
      const listeners = server.listeners('connection');
      const accept = (socket: Socket) => {
        for (const listener of listeners) listener.call(server, socket);
      };
      const terminal = createTerminal(accept);
      server.removeAllListeners('connection');
      server.on('connection', (carrier: Socket) => {
        entrance.enter(carrier, (isTls) => {
          if (isTls) return terminal.emit('connection', carrier);
          entrance.leave(carrier);
          accept(carrier);
          return carrier.resume();
        });
      });
    },
    use(next) {
      options = next;
      for (const terminal of terminals) terminal.setSecureContext(next);
    },
    close: entrance.close,
  };
}

/** Where connections are until it is known what they are, and TLS until its handshake is over; nobody stays there for long. */
function createEntrance(stayMs: number) {
  /** By their two ends: TLS does not tell on which connection it stands. */
  const inside = new Map<string, { readonly carrier: Socket; readonly timer: NodeJS.Timeout }>();
  let isClosed = false;
  return {
    enter(carrier: Socket, onFirstByte: (isTls: boolean) => void): void {
      const ends = endsOf(carrier);
      const timer = setTimeout(() => carrier.destroy(), stayMs);
      inside.set(ends, { carrier, timer });
      carrier.on('error', () => carrier.destroy());
      carrier.once('close', () => {
        clearTimeout(timer);
        if (inside.get(ends)?.carrier === carrier) inside.delete(ends);
      });
      if (isClosed) carrier.destroy();
      const goAway = () => carrier.destroy();
      carrier.once('end', goAway);
      carrier.once('data', (first: Buffer) => {
        carrier.off('end', goAway);
        carrier.pause();
        carrier.unshift(first);
        const isTls = first[0] === HANDSHAKE;
        // A client that ends within its handshake would otherwise be waited for until the time for that is over.
        if (isTls) carrier.allowHalfOpen = false;
        onFirstByte(isTls);
      });
    },
    /** Answers with the connection that carries the socket. */
    leave(socket: Socket): Socket | undefined {
      const ends = endsOf(socket);
      const found = inside.get(ends);
      inside.delete(ends);
      clearTimeout(found?.timer);
      return found?.carrier;
    },
    close(): void {
      isClosed = true;
      for (const { carrier } of inside.values()) carrier.destroy();
    },
  };
}

const endsOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string =>
  [remoteAddress, remotePort, localAddress, localPort].join();
