import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { CloseCode } from '@picoclaw/protocol';
import type { TakenUpgrade } from '@picoclaw/server';
import { type ErrorCode, type ErrorDetails, rawErrorReply, rawReply } from '../errors.ts';
import { closeFrame, createFrameBoundary, type FrameBoundary } from './frame-boundary.ts';
import type { ProxyServer, Target } from './proxy-server.ts';

/** How one upgrade ended, for the log. */
export type ProxyOutcome = 'open' | 'client_gone' | 'refused' | ErrorCode;

/** One upgrade to be proxied. */
export interface SocketJob {
  readonly request: IncomingMessage;
  readonly upgrade: TakenUpgrade;
  readonly target: Target;
  /** The dashboard session it belongs to; its end ends the socket. `undefined` for a token. */
  readonly sessionId: string | undefined;
  /** Names the client for the cap on pending upgrades. */
  readonly clientKey: string;
  /** The reply's subprotocol, given what the gateway selected. */
  readonly selectSubprotocol: (selectedUpstream: string | undefined) => string | undefined;
  readonly onOutcome: (outcome: ProxyOutcome, detail?: string) => void;
}

/** Proxies WebSockets, keeps the pairs and ends them. */
export interface SocketProxy {
  open(job: SocketJob): void;
  /** Ends the sockets for which the filter says so; clients get a close frame. */
  end(filter: (sessionId: string | undefined) => boolean, code: CloseCode, reason: string): void;
  /** Ends all with 1001 and waits until they are gone, at most `drainMs`. */
  close(): Promise<void>;
  readonly openCount: number;
  readonly pendingCount: number;
}

interface SocketProxyOptions {
  readonly server: ProxyServer;
  /** A pair without a byte in either direction for this long is dead; both ends ping more often. */
  readonly idleTimeoutMs?: number;
  /** What is left to send when the other side has gone may take this long. */
  readonly lingerMs?: number;
  readonly drainMs?: number;
  readonly maxPending?: number;
  readonly maxPendingPerClient?: number;
}

interface Pair {
  readonly client: Socket;
  readonly sessionId: string | undefined;
  /** Set once the gateway has answered 101. */
  upstream?: Socket;
  boundary?: FrameBoundary;
}

/** RFC 6455, 1.3. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const MAX_REFUSAL_BYTES = 64 * 1024;
/** A refusal's headers that mean something to the client; `set-cookie` and the hop-by-hop ones stay behind. */
const REFUSAL_HEADERS = ['content-type', 'retry-after', 'www-authenticate', 'sec-websocket-version'];

/** Lifetime rules of proxied sockets, on http-proxy's events alone: neither end's fault may leak, hang or end the process. */
export function createSocketProxy(options: SocketProxyOptions): SocketProxy {
  const { server, idleTimeoutMs = 150_000, lingerMs = 800, drainMs = 5_000 } = options;
  const { maxPending = 512, maxPendingPerClient = 32 } = options;
  const pairs = new Set<Pair>();
  const pendingPerClient = new Map<string, number>();
  let pendingCount = 0;
  let onDrained: (() => void) | undefined;

  const countPending = (key: string, step: 1 | -1) => {
    pendingCount += step;
    const count = (pendingPerClient.get(key) ?? 0) + step;
    if (count > 0) pendingPerClient.set(key, count);
    else pendingPerClient.delete(key);
  };

  const forget = (pair: Pair) => {
    pairs.delete(pair);
    if (pairs.size === 0) onDrained?.();
  };

  const refuse = (client: Socket, code: ErrorCode, details?: ErrorDetails) => {
    if (client.writable) client.end(rawErrorReply(code, details));
    destroyAfter(client, lingerMs);
  };

  const open = (job: SocketJob) => {
    const { request, upgrade, target, sessionId, clientKey, onOutcome } = job;
    const client = upgrade.socket;
    if (pendingCount >= maxPending || (pendingPerClient.get(clientKey) ?? 0) >= maxPendingPerClient) {
      onOutcome('too_many_pending');
      return refuse(client, 'too_many_pending', { headers: { 'retry-after': '1' } });
    }
    const pair: Pair = { client, sessionId };
    pairs.add(pair);
    countPending(clientKey, 1);
    let settled = false;
    const settle = (outcome: ProxyOutcome, detail?: string): boolean => {
      if (settled) return false;
      settled = true;
      countPending(clientKey, -1);
      onOutcome(outcome, detail);
      return true;
    };
    client.once('close', () => {
      settle('client_gone');
      forget(pair);
    });
    const fail = (code: ErrorCode, detail: string) => {
      if (!settle(code, detail)) return destroyAfter(client, lingerMs);
      const headers = code === 'gateway_unavailable' ? { 'retry-after': '1' } : {};
      refuse(client, code, { headers });
    };
    const expected = {
      key: request.headers['sec-websocket-key'] ?? '',
      protocols: target.headers['sec-websocket-protocol'],
    };
    server.upgrade(request, client, upgrade.head, target, {
      onError: (error) => fail(codeOfError(error), error.code ?? error.message),
      onRefusal: (response) =>
        relayRefusal(response, (reply) => {
          settle('refused', String(response.statusCode));
          if (client.writable) client.end(reply);
          destroyAfter(client, lingerMs);
        }),
      onSwitch: (response, upstream) => {
        const problem = problemOf101(response, expected);
        if (problem !== undefined) fail('bad_gateway', problem);
        if (problem !== undefined || client.destroyed) return false;
        response.headers = headersOf101(response, job.selectSubprotocol(response.headers['sec-websocket-protocol']));
        join(pair, upstream);
        settle('open');
        return true;
      },
    });
  };

  /** Ties two ends together: when one goes, the other goes soon. */
  const join = (pair: Pair, upstream: Socket) => {
    const { client } = pair;
    const boundary = createFrameBoundary();
    pair.upstream = upstream;
    pair.boundary = boundary;
    upstream.on('data', (chunk: Buffer) => boundary.push(chunk));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => one.destroy());
      // http-proxy pipes the end on; a side that does not answer it would stay half open for ever.
      one.once('end', () => {
        destroyAfter(one, lingerMs);
        destroyAfter(other, lingerMs);
      });
      one.once('close', () => {
        other.end();
        destroyAfter(other, lingerMs);
      });
      one.on('timeout', () => one.destroy());
    }
    // http-proxy resets both timeouts to none in this very event, right after this listener.
    process.nextTick(() => {
      client.setTimeout(idleTimeoutMs);
      upstream.setTimeout(idleTimeoutMs);
    });
  };

  const endPair = ({ client, upstream, boundary }: Pair, code: CloseCode, reason: string) => {
    if (upstream === undefined || boundary === undefined) return refuseOrDestroy(client);
    const sayGoodbye = () => {
      upstream.unpipe(client);
      if (client.writable) client.end(closeFrame(code, reason));
      upstream.destroy();
      destroyAfter(client, lingerMs);
    };
    // A close frame in the middle of another frame would be read as its payload.
    if (boundary.isBetweenFrames) return sayGoodbye();
    const giveUp = setTimeout(sayGoodbye, lingerMs / 2);
    upstream.on('data', () => {
      if (!boundary.isBetweenFrames) return;
      clearTimeout(giveUp);
      sayGoodbye();
    });
  };
  const refuseOrDestroy = (client: Socket) =>
    refuse(client, 'gateway_unavailable', { headers: { 'retry-after': '1' } });

  return {
    open,
    end(filter, code, reason) {
      for (const pair of [...pairs]) if (filter(pair.sessionId)) endPair(pair, code, reason);
    },
    async close() {
      if (pairs.size === 0) return;
      const drained = new Promise<void>((resolve) => {
        onDrained = resolve;
      });
      for (const pair of [...pairs]) endPair(pair, CloseCode.shutdown, 'launcher is shutting down');
      const giveUp = setTimeout(() => {
        for (const { client, upstream } of pairs) {
          client.destroy();
          upstream?.destroy();
        }
      }, drainMs);
      await drained;
      clearTimeout(giveUp);
    },
    get openCount() {
      return [...pairs].filter(({ upstream }) => upstream !== undefined).length;
    },
    get pendingCount() {
      return pendingCount;
    },
  };
}

/** Ends a socket for good when it has not closed by itself by then. */
function destroyAfter(socket: Socket, delayMs: number): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), delayMs);
  socket.once('close', () => clearTimeout(timer));
}

function codeOfError(error: NodeJS.ErrnoException): ErrorCode {
  if (error.code === 'HANDSHAKE_TIMEOUT' || error.code === 'ETIMEDOUT') return 'gateway_timeout';
  return error.code?.startsWith('HPE_') ? 'bad_gateway' : 'gateway_unavailable';
}

/** Passes the gateway's own refusal on: status, what matters of the headers, a bounded body. */
function relayRefusal(response: IncomingMessage, write: (reply: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_REFUSAL_BYTES) chunks.push(chunk);
    else response.destroy();
  });
  response.once('close', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    const kept = REFUSAL_HEADERS.flatMap((name) => {
      const value = response.headers[name];
      return typeof value === 'string' && /^[\x20-\x7e]*$/.test(value) ? [[name, value] as const] : [];
    });
    const length = String(Buffer.byteLength(body));
    const headers = { ...Object.fromEntries(kept), 'content-length': length, connection: 'close' };
    write(rawReply(response.statusCode ?? 502, headers, body));
  });
}

/** Why a 101 is not the answer to our handshake (RFC 6455, 4.1), or `undefined`. */
function problemOf101(
  { headers }: IncomingMessage,
  expected: { readonly key: string; readonly protocols: string | undefined },
): string | undefined {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'the 101 is for another protocol';
  const accept = createHash('sha1')
    .update(expected.key + WEBSOCKET_GUID)
    .digest('base64');
  if (headers['sec-websocket-accept'] !== accept) return 'the 101 has a wrong Sec-WebSocket-Accept';
  const selected = headers['sec-websocket-protocol'];
  const offered = expected.protocols?.split(',').map((name) => name.trim()) ?? [];
  if (selected !== undefined && !offered.includes(selected))
    return 'the 101 selects a subprotocol that was not offered';
  return undefined;
}

/** The reply's headers, made anew: nothing of the gateway's is copied but what the handshake needs. */
function headersOf101({ headers }: IncomingMessage, subprotocol: string | undefined): Record<string, string> {
  return {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': headers['sec-websocket-accept'] ?? '',
    ...(subprotocol !== undefined && { 'Sec-WebSocket-Protocol': subprotocol }),
    ...(headers['sec-websocket-extensions'] && { 'Sec-WebSocket-Extensions': headers['sec-websocket-extensions'] }),
  };
}
