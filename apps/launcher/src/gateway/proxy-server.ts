import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { destroyThis } from '@picoclaw/server';
import httpProxy from 'http-proxy';
import type { RunningGateway } from './find-gateway.ts';

/** Headers as they go to the gateway; nothing else does. */
export type UpstreamHeaders = Readonly<Record<string, string>>;

/** What a caller sees of, and decides in, one proxied upgrade. */
export interface UpgradeEvents {
  /** The gateway answered 101. `true` lets http-proxy write `response.headers` to the client and tie the two ends. */
  onSwitch(response: IncomingMessage): boolean;
  /** The 101 has been written; both ends rest, and nobody listens for their data: to tie them is the caller's. */
  onTied(upstream: Socket): void;
  /** The gateway answered something else; nothing has been written to the client. */
  onRefusal(response: IncomingMessage): void;
  /** Nothing usable came back; nothing has been written to the client. `ANSWER_TIMEOUT` when it took too long. Called once. */
  onError(error: NodeJS.ErrnoException): void;
}

/** http-proxy, with the traps of 1.18.1 closed that do not depend on what is proxied. `timeoutMs`: for an answer to begin. */
export interface ProxyServer {
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, to: Target, events: UpgradeEvents): void;
  request(request: IncomingMessage, response: ServerResponse, to: Target, events: ResponseEvents): void;
}

/** Where to, under which path, with which headers. */
export interface Target {
  readonly gateway: RunningGateway;
  readonly path: string;
  readonly headers: UpstreamHeaders;
}

/** For plain requests: the gateway's answer, to be written by the caller. */
export interface ResponseEvents {
  onResponse(upstream: IncomingMessage): void;
  /** Called at most once; perhaps after `onResponse`. */
  onError(error: NodeJS.ErrnoException): void;
}

/** An object, not a URL: http-proxy would parse that by `url.parse`, which warns (DEP0169) and on Node 26 throws. */
const targetOf = ({ gateway: { host, port, socketPath, isSecure, basePath }, path }: Target) => ({
  ...(socketPath !== undefined && { socketPath }),
  protocol: isSecure ? 'https:' : 'http:',
  host,
  hostname: host,
  port,
  path: `${basePath}${path}`,
});

/** The only file that knows http-proxy. */
export function createProxyServer({ timeoutMs }: { timeoutMs: number }): ProxyServer {
  const proxy = httpProxy.createProxyServer({
    // The path is ours: http-proxy would collapse `//` in it. No agent: a kept-alive one throws when headers are edited.
    ignorePath: true,
    // And it would parse the client's URL only to ignore it.
    toProxy: true,
    agent: false as never,
    xfwd: false,
    selfHandleResponse: true,
  });
  // This pass writes `content-length: 0` and still sends the body, which the next hop reads as another request.
  const passes = proxy as unknown as { webPasses: { name: string }[] };
  passes.webPasses = passes.webPasses.filter(({ name }) => name !== 'deleteLength');
  // Every call brings its own error callback; without any listener a stray event would end the process.
  proxy.on('error', () => {});

  const upgradeEvents = new WeakMap<IncomingMessage, UpgradeEvents>();
  proxy.on('proxyReqWs', (upstream, request, client) => {
    const events = upgradeEvents.get(request);
    if (events !== undefined) judgeAnswer(upstream, client, events);
    const stopWaiting = boundAnswer(upstream, timeoutMs);
    const leave = () => upstream.destroy();
    client.once('close', leave);
    // A request is closed as soon as its socket belongs to the WebSocket.
    upstream.once('close', () => {
      stopWaiting();
      client.off('close', leave);
    });
  });
  const responseEvents = new WeakMap<IncomingMessage, ResponseEvents>();
  proxy.on('proxyRes', (upstream, request) => responseEvents.get(request)?.onResponse(upstream));
  proxy.on('proxyReq', (upstream, _request, response) => {
    upstream.once('response', boundAnswer(upstream, timeoutMs));
    // Since Node 15.5 nothing else notices that the client of a running answer has gone.
    response.once('close', () => response.writableFinished || upstream.destroy());
  });

  return {
    upgrade(request, socket, head, to, events) {
      upgradeEvents.set(request, events);
      request.headers = { ...to.headers };
      guard(events, (onError) => proxy.ws(request, socket, head, { target: targetOf(to) }, onError));
    },
    request(request, response, to, events) {
      responseEvents.set(request, events);
      // Edited here, not in `proxyReq`: that event does not fire for `Expect: 100-continue`.
      request.headers = { ...to.headers };
      // A body would go out behind headers that announce none, and be read as another request.
      const buffer = Readable.from([]);
      guard(events, (onError) => proxy.web(request, response, { target: targetOf(to), buffer }, onError));
    },
  };
}

/**
 * Puts the caller's judgement before http-proxy's own listeners, which copy whatever comes: a 101 for another protocol,
 * hop-by-hop headers, `transfer-encoding` in front of a body that is chunked no more.
 */
function judgeAnswer(upstream: ClientRequest, client: Socket, { onSwitch, onTied, onRefusal }: UpgradeEvents): void {
  // http-proxy adds its listeners right after this event, in the same turn.
  queueMicrotask(() => {
    const [tie] = upstream.listeners('upgrade');
    upstream.removeAllListeners('upgrade');
    upstream.removeAllListeners('response');
    upstream.on('response', onRefusal);
    upstream.on('upgrade', (response, socket: Socket, head) => {
      socket.on('error', destroyThis);
      if (!onSwitch(response)) return socket.destroy();
      untied([client, socket], () => tie?.call(upstream, response, socket, head));
      onTied(socket);
      return undefined;
    });
  });
}

/**
 * Has http-proxy write the 101, and takes away its pipes and listeners, which hold both requests with all their headers
 * for as long as a chat is open.
 */
function untied([client, upstream]: readonly [Socket, Socket], tie: () => void): void {
  const kept = [client, upstream].flatMap((socket) =>
    (['error', 'end'] as const).map((event) => ({ socket, event, before: socket.rawListeners(event) })),
  );
  tie();
  client.unpipe(upstream);
  upstream.unpipe(client);
  for (const { socket, event, before } of kept) {
    const added = socket.rawListeners(event).filter((listener) => !before.includes(listener));
    for (const listener of added) socket.off(event, listener as () => void);
  }
}

class AnswerTimeout extends Error {
  readonly code = 'ANSWER_TIMEOUT';
}

/** A gateway that accepts and says nothing must not hold two descriptors for ever. Answers with the way to stop waiting. */
function boundAnswer(upstream: ClientRequest, timeoutMs: number): () => void {
  const timer = setTimeout(() => upstream.destroy(new AnswerTimeout('no answer in time')), timeoutMs);
  const stop = () => clearTimeout(timer);
  upstream.once('close', stop);
  return stop;
}

/** http-proxy throws on some requests instead of reporting an error, and reports some errors twice. */
function guard(
  { onError }: Pick<UpgradeEvents, 'onError'>,
  call: (onError: (error: NodeJS.ErrnoException) => void) => void,
): void {
  let isReported = false;
  const report = (error: NodeJS.ErrnoException) => {
    if (isReported) return;
    isReported = true;
    onError(error);
  };
  try {
    call(report);
  } catch (error) {
    report(error as NodeJS.ErrnoException);
  }
}
