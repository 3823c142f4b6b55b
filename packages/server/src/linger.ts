import type { Socket } from 'node:net';
import { destroyAfter } from './destroy-after.ts';

/** How long a refused client may take to read its reply and close, in milliseconds. */
const LINGER_MS = 1_000;

/**
 * Ends a connection behind a last reply. Closed at once, with bytes of the client still unread, it would be reset, and the
 * reset could overtake the reply (RFC 9112, 9.6).
 */
export function endAndLinger(socket: Socket, reply?: string): void {
  if (reply === undefined) socket.end();
  else socket.end(reply);
  // Sockets of a server stay half open; reading on is what notices the client's end.
  socket.resume();
  destroyAfter(socket, LINGER_MS);
}
