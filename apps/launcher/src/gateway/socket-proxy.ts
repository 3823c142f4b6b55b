import type { Socket } from 'node:net';
import { CloseCode, CloseReason } from '@picoclaw/protocol';
import { createEndings, destroyAfter } from '@picoclaw/server';
import type { ErrorCode } from '../errors.ts';
import { headersOf101, problemOf101, readRefusal } from './handshake-answer.ts';
import { createPendingLimit, type PendingLimit } from './pending-limit.ts';
import type { ProxyServer } from './proxy-server.ts';
import { refuseSocket, replyOnSocket } from './refuse-socket.ts';
import type { ProxyOutcome, SocketJob, SocketTransport } from './socket-job.ts';
import { createSocketPair, type SocketPair } from './socket-pair.ts';

interface SocketProxyOptions {
  readonly server: ProxyServer;
  /** A pair without a byte in either direction for this long is dead; both ends ping more often. */
  readonly idleTimeoutMs?: number;
  /** What is left to send when the other side has gone may take this long. */
  readonly lingerMs?: number;
  readonly drainMs?: number;
  readonly pending?: PendingLimit;
}

/** What the gateway has not answered by 101: it has not answered yet, or its client is told why not. */
interface PendingSocket {
  readonly client: Socket;
  readonly holder: string | undefined;
  readonly refuse: (code: ErrorCode, detail: string) => void;
  /** It is pending no more. */
  readonly release: () => void;
}

/** What it has answered by 101; no more than is needed, for there may be thousands. */
interface OpenSocket {
  readonly holder: string | undefined;
  /** When the session ends to which it belongs, on the clock of `performance.now`. */
  readonly endsAt: number;
  readonly pair: SocketPair;
}

/** Lifetime rules of proxied sockets, on http-proxy's events alone: neither end's fault may leak, hang or end the process. */
export function createSocketProxy(options: SocketProxyOptions): SocketTransport {
  const { server, idleTimeoutMs = 150_000, lingerMs = 800, drainMs = 5_000 } = options;
  const { pending = createPendingLimit() } = options;
  const waiting = new Set<PendingSocket>();
  const opened = new Set<OpenSocket>();
  let pendingCount = 0;
  let isClosed = false;
  let onDrained: (() => void) | undefined;

  const refuse = (client: Socket, code: ErrorCode) => refuseSocket(client, code, lingerMs);
  const left = () => {
    if (waiting.size + opened.size === 0) onDrained?.();
  };

  const open = (job: SocketJob) => {
    const { upgrade, onOutcome, holder } = job;
    const client = upgrade.socket;
    if (client.destroyed) return onOutcome('client_gone');
    const giveBack = isClosed ? undefined : pending.take(job.clientKey);
    if (giveBack === undefined) {
      const code = isClosed ? 'gateway_unavailable' : 'too_many_pending';
      onOutcome(code);
      return refuse(client, code);
    }
    pendingCount += 1;
    const stopWatching = onEarlyEnd(client);
    let isSettled = false;
    /** Of all that can happen to a handshake only the first counts. */
    const settle = (outcome: ProxyOutcome, detail?: string): boolean => {
      if (isSettled) return false;
      isSettled = true;
      stopWatching();
      pendingCount -= 1;
      giveBack();
      onOutcome(outcome, detail);
      return true;
    };
    const fail = (code: ErrorCode, detail: string) => {
      if (settle(code, detail)) refuse(client, code);
      else destroyAfter(client, lingerMs);
    };
    const gone = () => {
      settle('client_gone');
      waiting.delete(socket);
      left();
    };
    const release = () => {
      client.off('close', gone);
      waiting.delete(socket);
    };
    const socket: PendingSocket = { client, holder, refuse: fail, release };
    waiting.add(socket);
    client.once('close', gone);
    connect(job, socket, settle);
  };

  const connect = (
    { request, upgrade, target, selectSubprotocol, endsInMs }: SocketJob,
    socket: PendingSocket,
    settle: (outcome: ProxyOutcome, detail?: string) => boolean,
  ) => {
    const { client, refuse: fail } = socket;
    const asked = {
      key: target.headers['sec-websocket-key'] ?? '',
      protocols: target.headers['sec-websocket-protocol'],
      extensions: target.headers['sec-websocket-extensions'],
    };
    server.upgrade(request, client, upgrade.head, target, {
      onError: (error) => fail(codeOfError(error), error.code ?? error.message),
      onRefusal: (response) => {
        const { statusCode = 0 } = response;
        // Anything below is no refusal, and no WebSocket either.
        if (statusCode < 400) {
          response.resume();
          return fail('bad_gateway', `status ${statusCode}`);
        }
        readRefusal(response, (text) => {
          if (settle('refused', String(statusCode))) replyOnSocket(client, text, lingerMs);
        });
      },
      onSwitch: (response) => {
        const problem = problemOf101(response, asked);
        if (problem !== undefined) fail('bad_gateway', problem);
        else if (client.writable && settle('open')) {
          response.headers = headersOf101(response, selectSubprotocol(response.headers['sec-websocket-protocol']));
          return true;
        }
        return false;
      },
      onTied: (upstream) => {
        socket.release();
        keep(client, upstream, socket.holder, endsInMs);
      },
    });
  };

  /** A function of its own: nothing of the handshake may be in reach of what stays open. */
  const keep = (client: Socket, upstream: Socket, holder: string | undefined, endsInMs = Number.POSITIVE_INFINITY) => {
    const onClosed = () => {
      opened.delete(socket);
      left();
    };
    const pair = createSocketPair({ client, upstream, idleTimeoutMs, lingerMs, onClosed });
    const socket: OpenSocket = { holder, endsAt: performance.now() + endsInMs, pair };
    opened.add(socket);
    isEnding(socket);
  };
  const isEnding = createEndings(
    () => opened,
    ({ pair }) => pair.end(CloseCode.sessionEnded, CloseReason.sessionEnded),
  );

  const end = (filter: (holder: string | undefined) => boolean, code: CloseCode, reason: string) => {
    const refusal = code === CloseCode.sessionEnded ? 'invalid_credentials' : 'gateway_unavailable';
    for (const one of [...waiting]) if (filter(one.holder)) one.refuse(refusal, reason);
    for (const { pair, holder } of [...opened]) if (filter(holder)) pair.end(code, reason);
  };

  return {
    open,
    end,
    async close() {
      isClosed = true;
      if (waiting.size + opened.size === 0) return;
      const drained = new Promise<void>((resolve) => {
        onDrained = resolve;
      });
      end(() => true, CloseCode.shutdown, 'launcher is shutting down');
      const giveUp = setTimeout(() => {
        for (const { client } of waiting) client.destroy();
        for (const { pair } of opened) pair.client.destroy();
      }, drainMs);
      await drained;
      clearTimeout(giveUp);
    },
    get openCount() {
      return opened.size;
    },
    get pendingCount() {
      return pendingCount;
    },
  };
}

/**
 * Nobody reads from the client before the 101, so nobody would see that it has left: looking for something to read is what
 * reveals the end. Whatever it sends early stays where it is, for http-proxy to pass on.
 */
function onEarlyEnd(client: Socket): () => void {
  const look = () => void client.read(0);
  const leave = () => client.destroy();
  client.on('readable', look);
  client.once('end', leave);
  return () => {
    client.off('readable', look);
    client.off('end', leave);
  };
}

function codeOfError(error: NodeJS.ErrnoException): ErrorCode {
  if (error.code === 'ANSWER_TIMEOUT' || error.code === 'ETIMEDOUT') return 'gateway_timeout';
  return error.code?.startsWith('HPE_') ? 'bad_gateway' : 'gateway_unavailable';
}
