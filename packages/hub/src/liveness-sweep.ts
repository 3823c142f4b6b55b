import type { Connection } from './connection.ts';
import type { ResolvedHubOptions } from './hub-options.ts';

interface SweepPort {
  connections(): Iterable<Connection>;
  ping(connection: Connection): void;
  isDead(connection: Connection): void;
}

/**
 * Looks after all connections with one timer: pings who has been silent for a heartbeat and lets go of who has been for
 * too long. Any frame counts as life. Answers with the way to stop.
 */
export function startSweep({ heartbeatMs, silenceMs, monotonicNow }: ResolvedHubOptions, port: SweepPort): () => void {
  const sweep = () => {
    const now = monotonicNow();
    for (const connection of port.connections()) {
      if (now - connection.lastSeenAt >= silenceMs) port.isDead(connection);
      else if (now - Math.max(connection.lastSeenAt, connection.lastPingAt) >= heartbeatMs) {
        connection.lastPingAt = now;
        port.ping(connection);
      }
    }
  };
  const timer = setInterval(sweep, Math.min(heartbeatMs, silenceMs - heartbeatMs) / 2).unref();
  return () => clearInterval(timer);
}
