import type { Connection } from './connection.ts';
import { Frame } from './frame.ts';
import type { ResolvedHubOptions } from './hub-options.ts';
import type { SlowPolicy } from './outgoing.ts';

/** What was handed over and what was not. */
export interface DeliveryCounts {
  readonly delivered: number;
  readonly dropped: number;
  readonly gaps: number;
  readonly slowDisconnects: number;
}

/** Hands frames to sockets: together per turn of the event loop, and never more than a client takes. */
export interface Delivery {
  readonly counts: DeliveryCounts;
  send(connection: Connection, frame: Frame, channel: string | undefined, policy: SlowPolicy): void;
  /** What was asked for: an answer that does not fit either ends the connection. */
  reply(connection: Connection, frame: Readonly<Record<string, unknown>>): void;
  /** What was missed; `undefined`, and more than there is room for, is a gap. */
  replay(connection: Connection, channel: string, frames: readonly Frame[] | undefined, policy: SlowPolicy): void;
  ping(connection: Connection): void;
  forget(connection: Connection): void;
  close(): void;
}

/** How often it is looked whether clients that are behind have caught up; nobody behind, no timer. */
const CATCH_UP_MS = 50;

/** Makes the delivery of one hub; `onTooSlow` ends a connection. */
export function createDelivery(
  { highWaterBytes, onError }: ResolvedHubOptions,
  onTooSlow: (connection: Connection) => void,
): Delivery {
  const counts = { delivered: 0, dropped: 0, gaps: 0, slowDisconnects: 0 };
  let dirty: Connection[] = [];
  let scheduled: NodeJS.Immediate | undefined;
  const behind = new Set<Connection>();
  let catchUpTimer: NodeJS.Timeout | undefined;

  const flush = () => {
    scheduled = undefined;
    const batch = dirty;
    dirty = [];
    for (const connection of batch) {
      connection.isDirty = false;
      if (!connection.isOpen) continue;
      try {
        connection.outgoing.flush();
      } catch (error) {
        onError(error);
        connection.socket.terminate();
      }
    }
  };
  const markDirty = (connection: Connection) => {
    if (connection.isDirty) return;
    connection.isDirty = true;
    dirty.push(connection);
    scheduled ??= setImmediate(flush);
  };
  const markBehind = (connection: Connection) => {
    behind.add(connection);
    catchUpTimer ??= setInterval(catchUp, CATCH_UP_MS).unref();
  };
  const stopCatchingUp = () => {
    clearInterval(catchUpTimer);
    catchUpTimer = undefined;
  };
  const tooSlow = (connection: Connection) => {
    counts.slowDisconnects += 1;
    onTooSlow(connection);
  };
  const send: Delivery['send'] = (connection, frame, channel, policy) => {
    const handover = connection.outgoing.send(frame, channel, policy);
    if (handover === 'queued') {
      counts.delivered += 1;
      markDirty(connection);
    } else if (handover === 'overflow') {
      tooSlow(connection);
    } else {
      counts.dropped += 1;
      markBehind(connection);
    }
  };
  const reply: Delivery['reply'] = (connection, members) => {
    if (!connection.isOpen) return;
    if (connection.outgoing.send(new Frame(JSON.stringify(members)), undefined, 'disconnect') === 'overflow')
      tooSlow(connection);
    else markDirty(connection);
  };
  const tellGap = (connection: Connection, channel: string) => {
    counts.gaps += 1;
    reply(connection, { type: 'gap', channel });
  };
  const catchUp = () => {
    for (const connection of behind) {
      for (const channel of connection.outgoing.catchUp()) tellGap(connection, channel);
      if (connection.outgoing.isBehind) continue;
      behind.delete(connection);
      markDirty(connection);
    }
    if (behind.size === 0) stopCatchingUp();
  };

  return {
    get counts() {
      return { ...counts };
    },
    send,
    reply,
    replay(connection, channel, frames, policy) {
      const bytes = frames?.reduce((sum, frame) => sum + frame.bytes, 0) ?? 0;
      // The ring bounds what a client may have missed; together with the mark, what may wait for it.
      if (frames === undefined || connection.outgoing.pressure + bytes > highWaterBytes) {
        return tellGap(connection, channel);
      }
      for (const frame of policy === 'latest' ? frames.slice(-1) : frames) send(connection, frame, channel, policy);
    },
    ping(connection) {
      if (connection.socket.ping === undefined) reply(connection, { type: 'ping' });
      else connection.socket.ping();
    },
    forget(connection) {
      behind.delete(connection);
      if (behind.size === 0) stopCatchingUp();
    },
    close() {
      if (scheduled !== undefined) clearImmediate(scheduled);
      stopCatchingUp();
      behind.clear();
    },
  };
}
