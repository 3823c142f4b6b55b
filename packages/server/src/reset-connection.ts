import type { Socket } from 'node:net';

const kCarrier = Symbol('carrier');
type CarriedSocket = Socket & { [kCarrier]?: Socket };

/** Notes which TCP connection carries a socket, such as that of TLS, which cannot reset by itself. */
export function carry(socket: Socket, carrier: Socket): void {
  (socket as CarriedSocket)[kCarrier] = carrier;
}

/** Resets the TCP connection of a socket: nothing that waits in the kernel to be sent is kept. */
export function resetConnection(socket: Socket): void {
  const connection = (socket as CarriedSocket)[kCarrier] ?? socket;
  // A unix socket has no address; closing it drops what waits, and to reset it throws.
  if (connection.localAddress === undefined) connection.destroy();
  else connection.resetAndDestroy();
}
