import { createServer } from 'node:http';
import websocket from '@fastify/websocket';
import {
  binding,
  httpServerLimits,
  jsonBody,
  type RequestProblem,
  requestSyntax,
  upgradeDispatcher,
} from '@picoclaw/server';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, LogController } from 'fastify';
import { frameworkErrors, onClientError, onRouteError } from './access/failures.ts';
import { methodGate } from './access/method.ts';
import { requestLog } from './access/request-log.ts';
import type { Channel } from './channel/channel.ts';
import type { HandedSockets } from './channel/handed-sockets.ts';
import { chooseSubprotocol } from './channel/subprotocol.ts';
import type { Sharing } from './cluster/sharing.ts';
import { isErrorCode, sendError } from './errors.ts';
import type { HistoryStore } from './history/history-store.ts';
import type { GatewayIdentity } from './identity.ts';
import type { MediaStore } from './media/media-store.ts';
import type { PicoClients } from './pico-client/pico-clients.ts';
import type { Readiness } from './readiness.ts';
import type { Reloader } from './reloader.ts';
import { healthRoutes } from './routes/health.ts';
import { holderRoutes } from './routes/holders.ts';
import { mediaRoute } from './routes/media.ts';
import { picoRoute } from './routes/pico.ts';
import { reloadRoute } from './routes/reload.ts';
import { sessionRoutes } from './routes/sessions.ts';
import type { SettingsHolder } from './settings.ts';

/** The parts of a gateway, made by whoever starts it. */
export interface GatewayParts {
  readonly identity: GatewayIdentity;
  readonly settings: SettingsHolder;
  readonly readiness: Readiness;
  readonly reloader: Reloader;
  readonly channel: Channel;
  readonly handed: HandedSockets;
  readonly history: HistoryStore;
  /** Present where the sessions are shared with other homes. */
  readonly sharing?: Sharing | undefined;
  readonly media: MediaStore;
  readonly picoClients: PicoClients;
  readonly log: FastifyBaseLogger;
}

/** Of any kind; `channels.pico.max_connections` counts those that have been let in. */
const MAX_TCP_CONNECTIONS = 16_384;

/** Builds the gateway: every gate that a request passes, in order. */
export async function buildGateway(parts: GatewayParts): Promise<FastifyInstance> {
  const { channel, handed, log } = parts;
  const app = fastify({
    ...httpServerLimits,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 16_384,
    routerOptions: { ignoreTrailingSlash: true },
    // Answers in flight are waited for before the app is closed; idle keep-alive sockets are not worth waiting for.
    forceCloseConnections: true,
    frameworkErrors,
    clientErrorHandler: onClientError,
  });
  app.server.maxConnections = MAX_TCP_CONNECTIONS;
  app.setErrorHandler(onRouteError);
  // No route reads a body: what is no JSON, such as a "simple" cross-site form post, is 415, and what says anything is 400.
  app.removeAllContentTypeParsers();
  await app.register(jsonBody);

  // 1. What is wrong with the request itself.
  await app.register(requestSyntax, { refuse });
  // 2. Upgrades go through the same hooks and routes as every request, and only to routes that ask for them.
  await app.register(upgradeDispatcher, { refuse });
  await app.register(websocket, { ...socketOptions(), preClose: () => channel.closeConnections() });
  app.websocketServer.on('headers', (lines, request) => {
    const { fallbackSubprotocol: name } = handed.opening(request);
    if (name !== undefined && !lines.some(isSubprotocolLine)) lines.push(`Sec-WebSocket-Protocol: ${name}`);
  });
  app.addHook('onResponse', async ({ raw }, { statusCode }) => handed.refused(raw, statusCode));
  await app.register(binding);
  await app.register(requestLog);
  await app.register(methodGate);
  // 3. The routes; the channel has gates of its own, see routes/pico.ts.
  await app.register(healthRoutes, parts);
  await app.register(reloadRoute, parts);
  await app.register(holderRoutes, parts);
  await app.register(picoRoute, parts);
  await app.register(sessionRoutes, parts);
  await app.register(mediaRoute, parts);
  return app;
}

const isSubprotocolLine = (line: string): boolean => /^sec-websocket-protocol:/i.test(line);

function refuse(reply: FastifyReply, { code, message, headers = {} }: RequestProblem): FastifyReply {
  return isErrorCode(code) ? sendError(reply, code, { message, headers }) : sendError(reply, 'bad_request');
}

/**
 * The plugin answers 101 on every route and leaks the sockets of upgrades that a hook refuses, so it listens on a server
 * that never gets one: the dispatcher above decides, and the channel's route calls `handleUpgrade` itself.
 */
const socketOptions = () => ({
  options: {
    server: createServer(),
    clientTracking: false,
    perMessageDeflate: false,
    closeTimeout: 2_000,
    handleProtocols: (offered: Set<string>) => chooseSubprotocol(offered) ?? (false as const),
  },
});
