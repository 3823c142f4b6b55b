import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { resetConnection } from './reset-connection.ts';

/** How often a connection is looked at of which nothing moves. */
const LOOK_EVERY_MS = 3_000;

/**
 * Closes connections whose peer takes nothing of an answer that waits for it: none of Node's time limits ends those, and
 * each holds its answer in memory. Of an answer nothing may move for two looks in a row, so six to nine seconds. A
 * peer that takes a little at a time is no better off: the kernel tells of room for more only when it is worth while. They
 * are reset, or the kernel would go on holding what they never took.
 *
 * A server's `timeout` is about silence in both directions, so a listener has to tell which one it is.
 */
export function shedSlowReaders(server: Server, lookEveryMs = LOOK_EVERY_MS): void {
  const stalledAt = new WeakMap<Socket, number>();
  server.setTimeout(lookEveryMs, (socket: Socket) => {
    // After an answer Node sets the time for the next request to come; with a listener here, closing is ours.
    if (socket.timeout !== lookEveryMs) return socket.destroy();
    // The answer is being made, or the request is still coming, which has limits of its own.
    if (socket.writableLength === 0) return undefined;
    const now = performance.now();
    const before = stalledAt.get(socket);
    // Had something moved between two looks, this one would come a whole look later.
    if (before !== undefined && now - before < 1.5 * lookEveryMs) return resetConnection(socket);
    stalledAt.set(socket, now);
    return socket.setTimeout(lookEveryMs);
  });
}
