import type { Socket } from 'node:net';
import type { HandedUpgrade, HandoffReport } from '@picoclaw/server';
import type { ErrorCode } from '../errors.ts';
import type { PendingLimit } from './pending-limit.ts';
import { refuseSocket } from './refuse-socket.ts';
import type { ProxyOutcome, SocketJob, SocketTransport } from './socket-job.ts';
import type { SocketLink } from './socket-link.ts';

interface HandoffOptions {
  readonly pending: PendingLimit;
  /** For the gateway to say what became of a socket. */
  readonly timeoutMs?: number | undefined;
  /** What is left to send may take this long. */
  readonly lingerMs?: number;
}

/** A socket on its way to the gateway; ours is a second descriptor of it. */
interface Pending {
  /** Gives our descriptor up, because the gateway has answered. */
  answered(outcome: ProxyOutcome, detail?: string): void;
  /** Answers the client from here, because the gateway will not. */
  fail(code: ErrorCode): void;
}

/** What is remembered of a socket that the gateway has: little, since there may be ten thousand. */
interface Handed {
  readonly link: SocketLink;
  readonly holder: string | undefined;
  pending?: Pending | undefined;
}

/**
 * Hands the accepted sockets themselves to a gateway that this launcher has started: no byte of a chat goes through the
 * launcher any more (performance.md). Until the gateway has reported on a socket our descriptor of it stays open, so that
 * a gateway that dies meanwhile leaves nobody without an answer.
 */
export function createSocketHandoff(options: HandoffOptions): SocketTransport {
  const { pending: limit, timeoutMs = 10_000, lingerMs = 800 } = options;
  const all = new Map<number, Handed>();
  const followed = new WeakSet<SocketLink>();
  let lastId = 0;
  let pendingCount = 0;
  let isClosed = false;

  const follow = (link: SocketLink) => {
    if (followed.has(link)) return;
    followed.add(link);
    link.follow({
      onReport: note,
      onGone: () => {
        for (const [id, handed] of all) {
          if (handed.link !== link) continue;
          all.delete(id);
          handed.pending?.fail('gateway_unavailable');
        }
      },
    });
  };
  const note = ({ opened, refused, closed }: HandoffReport) => {
    for (const id of opened) all.get(id)?.pending?.answered('open');
    for (const [id, status] of refused) all.get(id)?.pending?.answered('refused', String(status));
    for (const id of closed) {
      all.get(id)?.pending?.answered('client_gone');
      all.delete(id);
    }
  };

  /** Watches over one socket until its handshake is over, whichever way that ends. */
  const watch = (id: number, { upgrade: { socket: client }, clientKey, onOutcome }: SocketJob): Pending | ErrorCode => {
    const giveBack = isClosed ? undefined : limit.take(clientKey);
    if (giveBack === undefined) return isClosed ? 'gateway_unavailable' : 'too_many_pending';
    pendingCount += 1;
    let isSettled = false;
    const settle = (outcome: ProxyOutcome, detail?: string): boolean => {
      if (isSettled) return false;
      isSettled = true;
      clearTimeout(timer);
      pendingCount -= 1;
      giveBack();
      const handed = all.get(id);
      if (handed !== undefined) handed.pending = undefined;
      onOutcome(outcome, detail);
      return true;
    };
    const fail = (code: ErrorCode) => {
      if (!settle(code)) return;
      all.delete(id);
      refuseSocket(client, code, lingerMs);
    };
    const timer = setTimeout(() => {
      all.get(id)?.link.tell({ kind: 'drop', id });
      fail('gateway_timeout');
    }, timeoutMs);
    return {
      answered(outcome, detail) {
        settle(outcome, detail);
        // Closes our descriptor; the connection is the gateway's.
        client.destroy();
      },
      fail,
    };
  };
  return {
    open(job) {
      const { upgrade, target, holder, onOutcome } = job;
      const client = upgrade.socket;
      const link = target.gateway.link;
      const refuse = (code: ErrorCode) => {
        onOutcome(code);
        refuseSocket(client, code, lingerMs);
      };
      if (client.destroyed) return onOutcome('client_gone');
      if (!link?.isOpen) return refuse('gateway_unavailable');
      lastId += 1;
      const pending = watch(lastId, job);
      if (typeof pending === 'string') return refuse(pending);
      all.set(lastId, { link, holder, pending });
      follow(link);
      return link.hand(handedUpgrade(lastId, job), client);
    },
    end(filter, code, reason) {
      const perLink = new Map<SocketLink, Set<string>>();
      for (const { link, holder } of all.values()) {
        if (holder === undefined || !filter(holder)) continue;
        perLink.set(link, (perLink.get(link) ?? new Set()).add(holder));
      }
      for (const [link, holders] of perLink) link.tell({ kind: 'end', holders: [...holders], code, reason });
    },
    async close() {
      isClosed = true;
      for (const [id, { link, pending }] of all) {
        if (pending === undefined) continue;
        link.tell({ kind: 'drop', id });
        pending.fail('gateway_unavailable');
      }
    },
    get openCount() {
      return all.size - pendingCount;
    },
    get pendingCount() {
      return pendingCount;
    },
  };
}

function handedUpgrade(id: number, job: SocketJob): HandedUpgrade {
  const { upgrade, target, holder, endsInMs, selectSubprotocol } = job;
  const { socket, head } = upgrade;
  stopReading(socket);
  const later: Buffer | null = socket.read();
  const all = later === null ? head : Buffer.concat([head, later]);
  return {
    ...{ kind: 'socket', id, holder, endsInMs, url: target.path, headers: target.headers },
    head: all.toString('base64'),
    fallbackSubprotocol: selectSubprotocol(undefined),
  };
}

/**
 * What is read here from now on would be missing there. `pause()` only stops the flow of what has been read, and Node has
 * no public way to stop the reading itself.
 */
function stopReading(socket: Socket): void {
  const { _handle: handle } = socket as Socket & { _handle?: { reading: boolean; readStop(): void } | null };
  socket.setTimeout(0);
  socket.pause();
  if (!handle) return;
  handle.reading = false;
  handle.readStop();
}
