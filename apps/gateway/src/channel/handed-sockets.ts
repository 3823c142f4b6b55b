import { IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { CloseCode, CloseReason } from '@picoclaw/protocol';
import {
  createEndings,
  type HandedUpgrade,
  type HandoffOrder,
  type HandoffReport,
  isHandoffOrder,
} from '@picoclaw/server';
import type { WebSocket } from 'ws';

/** The launcher's end of the IPC channel; `process` is the gateway's. */
export type LauncherChannel = Pick<NodeJS.Process, 'on' | 'connected'> & {
  send?: ((message: unknown, handle: undefined, options: undefined, done: () => void) => boolean) | undefined;
};

/** Sockets that a launcher has accepted and handed over: for the gateway upgrades like any other. */
export interface HandedSockets {
  /** Takes over what comes on the channel, as upgrades of this server. */
  listen(channel: LauncherChannel, server: Server): void;
  /**
   * Its 101 is about to be written. Told at once: should this process die behind the 101, the launcher must not answer too.
   * Answers with what to select when nothing was.
   */
  opening(request: IncomingMessage): { readonly fallbackSubprotocol: string | undefined };
  /** The upgrade of this request has become a WebSocket. */
  opened(request: IncomingMessage, socket: WebSocket): void;
  /** It was answered with this status instead. */
  refused(request: IncomingMessage, status: number): void;
  /** By whose right sockets are open, each named once. */
  holders(): string[];
  /** Closes the sockets of these holders, also those that are only about to open; answers with how many. */
  end(holders: readonly string[], code: number, reason: string): number;
}

/** No more than is needed: the order has all headers of a request that is over. */
interface Handed {
  readonly id: number;
  readonly holder: string | undefined;
  /** When the right ends by which it is open, on the clock of `performance.now`. */
  readonly endsAt: number;
  readonly fallbackSubprotocol: string | undefined;
  readonly socket: Socket;
  webSocket?: WebSocket;
  /** Why it is to be closed as soon as it is open. */
  ending?: { readonly code: number; readonly reason: string };
}

/** Creates the list, which is empty. */
export function createHandedSockets(): HandedSockets {
  const all = new Map<number, Handed>();
  const ofRequest = new WeakMap<IncomingMessage, Handed>();
  let report: Reporter = SILENT;

  const take = (order: HandedUpgrade, socket: Socket | undefined, server: Server) => {
    // The peer left while the descriptor was under way.
    if (socket === undefined || socket.destroyed) return report.closed(order.id);
    const { id, holder, endsInMs = Number.POSITIVE_INFINITY, fallbackSubprotocol } = order;
    const handed: Handed = { id, holder, endsAt: performance.now() + endsInMs, fallbackSubprotocol, socket };
    add(handed);
    const request = requestOf(order, socket);
    ofRequest.set(request, handed);
    server.emit('upgrade', request, socket, Buffer.from(order.head, 'base64'));
    return undefined;
  };
  const add = (handed: Handed) => {
    const { id, socket } = handed;
    all.set(id, handed);
    socket.on('close', () => {
      all.delete(id);
      report.closed(id);
    });
    isEnding(handed);
  };
  const isEnding = createEndings(
    () => all.values(),
    (handed) => endOne(handed, CloseCode.sessionEnded, CloseReason.sessionEnded),
  );
  const end = (holders: readonly string[], code: number, reason: string) => {
    const wanted = [...all.values()].filter(({ holder }) => holder !== undefined && holders.includes(holder));
    for (const handed of wanted) endOne(handed, code, reason);
    return wanted.length;
  };
  const obey = (order: HandoffOrder, socket: Socket | undefined, server: Server) => {
    if (order.kind === 'socket') take(order, socket, server);
    else if (order.kind === 'end') end(order.holders, order.code, order.reason);
    else all.get(order.id)?.socket.destroy();
  };
  return {
    listen(channel, server) {
      report = createReporter(channel);
      channel.on('message', (message: unknown, handle: unknown) => {
        if (isHandoffOrder(message)) obey(message, handle as Socket | undefined, server);
      });
    },
    opening(request) {
      const handed = ofRequest.get(request);
      if (handed !== undefined) report.opened(handed.id);
      return { fallbackSubprotocol: handed?.fallbackSubprotocol };
    },
    opened(request, webSocket) {
      const handed = ofRequest.get(request);
      if (handed === undefined) return;
      handed.webSocket = webSocket;
      close(handed);
    },
    refused(request, status) {
      const handed = ofRequest.get(request);
      if (handed !== undefined) report.refused(handed.id, status);
    },
    holders: () => [...new Set([...all.values()].flatMap(({ holder }) => holder ?? []))],
    end,
  };
}

function endOne(handed: Handed, code: number, reason: string): void {
  handed.ending = { code, reason };
  close(handed);
}

function close({ webSocket, ending }: Handed): void {
  if (webSocket === undefined || ending === undefined) return;
  // A paused one would never read the other end's agreement.
  webSocket.resume();
  webSocket.close(ending.code, ending.reason);
}

/** The request as the launcher has read it. */
function requestOf({ url, headers }: HandedUpgrade, socket: Socket): IncomingMessage {
  // As sockets of an HTTP server are: a client that has said all may still listen.
  socket.allowHalfOpen = true;
  socket.setNoDelay(true);
  const request = new IncomingMessage(socket);
  Object.assign(request, { method: 'GET', url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 });
  Object.assign(request, { headers, rawHeaders: Object.entries(headers).flat(), complete: true });
  request.push(null);
  return request;
}

interface Reporter {
  opened(id: number): void;
  refused(id: number, status: number): void;
  closed(id: number): void;
}

const SILENT: Reporter = { opened() {}, refused() {}, closed() {} };

/** One message a turn for all that is over, however many sockets that are. */
function createReporter(channel: LauncherChannel): Reporter {
  let refused: [number, number][] = [];
  let closed: number[] = [];
  const tell = (report: Omit<HandoffReport, 'kind'>) => {
    // A launcher that is gone need not be told.
    if (channel.connected) channel.send?.({ kind: 'sockets', ...report }, undefined, undefined, () => undefined);
  };
  const schedule = () => {
    if (refused.length + closed.length > 0) return;
    setImmediate(() => {
      tell({ opened: [], refused, closed });
      [refused, closed] = [[], []];
    });
  };
  return {
    opened: (id) => tell({ opened: [id], refused: [], closed: [] }),
    refused(id, status) {
      schedule();
      refused.push([id, status]);
    },
    closed(id) {
      schedule();
      closed.push(id);
    },
  };
}
