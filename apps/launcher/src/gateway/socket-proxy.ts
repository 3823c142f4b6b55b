import type { Socket } from 'node:net';
import { CloseCode, CloseReason } from '@picoclaw/protocol';
import { destroyAfter } from '@picoclaw/server';
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

interface Connection {
  readonly client: Socket;
  readonly holder: string | undefined;
  /** For as long as the gateway has not answered. */
  readonly refuse: (code: ErrorCode, detail: string) => void;
  /** Once it has answered 101. */
  pair?: SocketPair;
}

/** Lifetime rules of proxied sockets, on http-proxy's events alone: neither end's fault may leak, hang or end the process. */
export function createSocketProxy(options: SocketProxyOptions): SocketTransport {
  const { server, idleTimeoutMs = 150_000, lingerMs = 800, drainMs = 5_000 } = options;
  const { pending = createPendingLimit() } = options;
  const connections = new Set<Connection>();
  let pendingCount = 0;
  let isClosed = false;
  let onDrained: (() => void) | undefined;

  const refuse = (client: Socket, code: ErrorCode) => refuseSocket(client, code, lingerMs);

  const open = (job: SocketJob) => {
    const { upgrade, onOutcome } = job;
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
    const connection: Connection = { client, holder: job.holder, refuse: fail };
    connections.add(connection);
    endInTime(connection, job.endsInMs);
    client.once('close', () => {
      settle('client_gone');
      connections.delete(connection);
      if (connections.size === 0) onDrained?.();
    });
    connect(job, connection, settle, fail);
  };

  const connect = (
    { request, upgrade, target, selectSubprotocol }: SocketJob,
    connection: Connection,
    settle: (outcome: ProxyOutcome, detail?: string) => boolean,
    fail: (code: ErrorCode, detail: string) => void,
  ) => {
    const { client } = connection;
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
        connection.pair = createSocketPair({ client, upstream, idleTimeoutMs, lingerMs });
      },
    });
  };

  const endInTime = (connection: Connection, endsInMs: number | undefined) => {
    if (endsInMs === undefined) return;
    const end = () => endConnection(connection, CloseCode.sessionEnded, CloseReason.sessionEnded);
    const timer = setTimeout(end, endsInMs).unref();
    connection.client.once('close', () => clearTimeout(timer));
  };

  const endConnection = ({ pair, refuse: refusePending }: Connection, code: CloseCode, reason: string) => {
    if (pair !== undefined) pair.end(code, reason);
    else refusePending(code === CloseCode.sessionEnded ? 'invalid_credentials' : 'gateway_unavailable', reason);
  };

  return {
    open,
    end(filter, code, reason) {
      for (const one of [...connections]) if (filter(one.holder)) endConnection(one, code, reason);
    },
    async close() {
      isClosed = true;
      if (connections.size === 0) return;
      const drained = new Promise<void>((resolve) => {
        onDrained = resolve;
      });
      for (const one of [...connections]) endConnection(one, CloseCode.shutdown, 'launcher is shutting down');
      const giveUp = setTimeout(() => {
        for (const { client } of connections) client.destroy();
      }, drainMs);
      await drained;
      clearTimeout(giveUp);
    },
    get openCount() {
      return [...connections].filter(({ pair }) => pair !== undefined).length;
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
