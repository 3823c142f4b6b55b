import type { CloseCode } from '@picoclaw/protocol';
import type { Connection } from './connection.ts';

/** Connections that were told to go and are not gone yet. */
export interface Leaving {
  close(connection: Connection, code: CloseCode, reason: string): void;
  left(connection: Connection): void;
  /** Settles when all have left; those that take longer are cut off. */
  allLeft(graceMs: number): Promise<void>;
}

/** A peer that does not answer the closing handshake is cut off after this long. */
const CLOSE_WITHIN_MS = 2_000;

/** Makes the list, which is empty. */
export function createLeaving(): Leaving {
  const leaving = new Map<Connection, NodeJS.Timeout>();
  let onAllLeft: (() => void) | undefined;

  const left = (connection: Connection) => {
    clearTimeout(leaving.get(connection));
    leaving.delete(connection);
    if (leaving.size === 0) onAllLeft?.();
  };
  const cutOff = (connection: Connection) => {
    connection.socket.terminate();
    left(connection);
  };
  return {
    close(connection, code, reason) {
      const timer = setTimeout(() => cutOff(connection), CLOSE_WITHIN_MS);
      timer.unref();
      leaving.set(connection, timer);
      try {
        connection.socket.close(code, reason);
      } catch {
        cutOff(connection);
      }
    },
    left,
    async allLeft(graceMs) {
      if (leaving.size === 0) return;
      const everybody = new Promise<void>((resolve) => {
        onAllLeft = resolve;
      });
      const timer = setTimeout(() => {
        for (const connection of [...leaving.keys()]) cutOff(connection);
      }, graceMs);
      await everybody;
      clearTimeout(timer);
    },
  };
}
