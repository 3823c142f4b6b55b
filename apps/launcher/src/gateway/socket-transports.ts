import { TLSSocket } from 'node:tls';
import type { LeftHolders } from './left-holders.ts';
import type { SocketJob, SocketTransport } from './socket-job.ts';

interface Transports {
  readonly handoff: SocketTransport;
  readonly proxy: SocketTransport;
  readonly leftHolders?: LeftHolders | undefined;
}

/** How many of the open ones are the gateway's own. */
export interface HandedCount {
  readonly handedCount: number;
}

/**
 * The ways to the gateway as one. A gateway that this launcher has started gets the sockets themselves; those of TLS have
 * their keys here, and another gateway has no channel to take them by: for these the bytes are relayed.
 */
export function createSocketTransports({ handoff, proxy, leftHolders }: Transports): SocketTransport & HandedCount {
  const both = [handoff, proxy];
  const wayOf = ({ target, upgrade }: SocketJob): SocketTransport =>
    target.gateway.link !== undefined && !(upgrade.socket instanceof TLSSocket) ? handoff : proxy;
  return {
    open: (job) => wayOf(job).open(job),
    end(filter, code, reason) {
      for (const way of both) way.end(filter, code, reason);
      void leftHolders?.end(filter);
    },
    async close() {
      await Promise.all(both.map((way) => way.close()));
    },
    get handedCount() {
      return handoff.openCount;
    },
    get openCount() {
      return handoff.openCount + proxy.openCount;
    },
    get pendingCount() {
      return handoff.pendingCount + proxy.pendingCount;
    },
  };
}
