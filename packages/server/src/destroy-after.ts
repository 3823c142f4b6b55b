import type { Socket } from 'node:net';

/** Ends a socket for good when it has not closed by itself by then. */
export function destroyAfter(socket: Socket, delayMs: number): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), delayMs);
  socket.once('close', () => clearTimeout(timer));
}

/** A listener for all sockets; a closure of each would hold what opened it for as long as the socket is open. */
export function destroyThis(this: Socket): void {
  this.destroy();
}
