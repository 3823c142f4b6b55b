import type { Secret } from '@picoclaw/auth';
import {
  binding,
  httpServerLimits,
  jsonBody,
  type RequestProblem,
  requestSyntax,
  upgradeDispatcher,
} from '@picoclaw/server';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, LogController } from 'fastify';
import { createAddressList } from './access/address.ts';
import { csrf } from './access/csrf.ts';
import { onClientError, onFrameworkError, onRouteError } from './access/failures.ts';
import { headers } from './access/headers.ts';
import { host } from './access/host.ts';
import { httpsOnly } from './access/https-only.ts';
import type { LauncherToken } from './access/launcher-token.ts';
import { loginLimit } from './access/login-limit.ts';
import { methodGate } from './access/method.ts';
import { network } from './access/network.ts';
import { session } from './access/session.ts';
import { createSignInLinks } from './access/sign-in-links.ts';
import { tokenLink } from './access/token-link.ts';
import { untrustedProxy } from './access/untrusted-proxy.ts';
import type { Cluster } from './cluster/cluster.ts';
import { type ErrorCode, sendError } from './errors.ts';
import type { LauncherEvents } from './events/launcher-events.ts';
import type { ChannelReader } from './gateway/channel.ts';
import type { FindGateway } from './gateway/find-gateway.ts';
import type { ReadGatewayStatus } from './gateway/gateway-status.ts';
import type { LeftHolders } from './gateway/left-holders.ts';
import { createPendingLimit } from './gateway/pending-limit.ts';
import { createProxyServer } from './gateway/proxy-server.ts';
import { createSocketHandoff } from './gateway/socket-handoff.ts';
import { createSocketProxy } from './gateway/socket-proxy.ts';
import { createSocketTransports } from './gateway/socket-transports.ts';
import type { Supervisor } from './gateway/supervise.ts';
import type { TokenSync } from './gateway/token-sync.ts';
import { counters } from './metrics/counters.ts';
import type { Models } from './models.ts';
import { type DashboardFiles, dashboardRoutes, entryRoutes } from './routes/dashboard.ts';
import { eventRoutes } from './routes/events.ts';
import { gatewayRoutes } from './routes/gateway.ts';
import { loginRoutes } from './routes/login.ts';
import { metricsRoute } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { picoApiRoutes, picoRoutes } from './routes/pico.ts';
import { sessionApiRoutes } from './routes/sessions.ts';
import { setupRoutes } from './routes/setup.ts';
import { healthRoutes, systemRoutes } from './routes/system.ts';
import type { Settings } from './settings.ts';
import type { Tls } from './tls/create-tls.ts';

/** Everything the launcher is made of; `main.ts` puts it together from flags, environment and files. */
export interface LauncherOptions {
  readonly logger: FastifyBaseLogger;
  readonly version: string;
  /** `/`, or a path without a slash at its end. */
  readonly basePath: string;
  readonly allowedHosts: readonly string[];
  readonly allowedCidrs: readonly string[];
  readonly trustedProxyCidrs: readonly string[];
  readonly allowLocalhostBypass: boolean;
  readonly loginAttemptsPerMinute: number;
  readonly launcherConfigFile: string;
  readonly launcherToken: LauncherToken;
  readonly sessionKey: Buffer;
  readonly dashboard: DashboardFiles;
  readonly supervisor: Supervisor;
  readonly startForbidden: string | undefined;
  readonly findGateway: FindGateway;
  readonly leftHolders?: LeftHolders;
  readonly tokenSync: TokenSync;
  readonly events: LauncherEvents;
  readonly readStatus: ReadGatewayStatus;
  readonly channel: ChannelReader;
  readonly rotateChannelToken: () => Promise<Secret | string>;
  readonly enableChannel: () => Promise<void>;
  readonly models: Models;
  readonly settings: Settings;
  readonly gatewaySettings: Settings;
  /** What is shared with other launchers besides events. */
  readonly cluster?: Cluster | undefined;
  /** TLS of the launcher's own; without it, https is a proxy's affair. */
  readonly tls?: Pick<Tls, 'close'> | undefined;
  readonly handshakeTimeoutMs?: number;
  readonly now?: () => number;
}

const MAX_BODY_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 20_000;

/** Builds the launcher. A request passes the gates in the order in which they stand here. */
export async function buildLauncher(options: LauncherOptions): Promise<FastifyInstance> {
  const { basePath, launcherToken, launcherConfigFile, channel, findGateway, allowedHosts } = options;
  const trustedProxies = createAddressList(options.trustedProxyCidrs);
  const links = createSignInLinks(launcherToken, options.now);
  const app = fastify({
    ...httpServerLimits,
    bodyLimit: MAX_BODY_BYTES,
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustedProxyCidrs.length > 0 ? [...options.trustedProxyCidrs] : false,
    frameworkErrors: onFrameworkError,
    clientErrorHandler: onClientError,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.setErrorHandler(onRouteError);
  app.setNotFoundHandler((request, reply) => sendError(request, reply, 'not_found'));
  await app.register(jsonBody);
  await app.register(binding);
  await app.register(counters);

  // The gates. Headers come first, for the refusals of all others.
  await app.register(headers, { trustedProxies });
  await app.register(requestSyntax, { refuse });
  await app.register(upgradeDispatcher, { refuse });
  await app.register(untrustedProxy, { trustedProxies });
  await app.register(host, { allowedHosts, trustedProxies });
  await app.register(network, {
    allowed: createAddressList(options.allowedCidrs),
    allowLocalhostBypass: options.allowLocalhostBypass,
  });
  if (options.tls !== undefined) await app.register(httpsOnly, { tls: options.tls });
  await app.register(methodGate);
  await app.register(loginLimit, { attemptsPerMinute: options.loginAttemptsPerMinute, shared: options.cluster });
  await app.register(tokenLink, { launcherToken, links, basePath });
  await app.register(session, { ...options, trustedProxies });
  await app.register(csrf, { trustedProxies });

  // The routes: each needs a session or a token unless it says otherwise.
  const proxyServer = createProxyServer({ timeoutMs: options.handshakeTimeoutMs ?? 10_000 });
  const pending = createPendingLimit();
  const sockets = createSocketTransports({
    handoff: createSocketHandoff({ pending, timeoutMs: options.handshakeTimeoutMs }),
    proxy: createSocketProxy({ server: proxyServer, pending }),
    leftHolders: options.leftHolders,
  });
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  const problems = () => [
    ...(isClosing ? ['the launcher is stopping'] : []),
    ...(options.events.isAlone || options.cluster?.isAway
      ? ['the Redis that launchers share is away: this one works alone until it is back']
      : []),
  ];
  if (basePath !== '/') {
    await app.register(healthRoutes, { problems });
    await app.register(entryRoutes, { basePath });
  }
  await app.register(
    async (scope) => {
      await scope.register(healthRoutes, { problems });
      await scope.register(loginRoutes, { launcherToken, links, basePath, launcherConfigFile, trustedProxies });
      await scope.register(setupRoutes, { launcherToken, trustedProxies });
      await scope.register(gatewayRoutes, options);
      await scope.register(picoApiRoutes, {
        ...{ launcherToken, channel, trustedProxies, basePath, tokenSync: options.tokenSync },
        ...{ rotate: options.rotateChannelToken, enable: options.enableChannel },
      });
      await scope.register(metricsRoute, {
        ...{ counters: app.counters, sockets, hub: options.events.hub, supervisor: options.supervisor },
        ...{ readStatus: options.readStatus, sessionCount: () => app.sessionGate.sessions.liveCount },
      });
      await scope.register(modelRoutes, options);
      await scope.register(sessionApiRoutes, { findGateway });
      await scope.register(systemRoutes, options);
      await scope.register(eventRoutes, { ...options, trustedProxies });
      await scope.register(picoRoutes, {
        ...{ launcherToken, channel, findGateway, proxyServer, sockets, trustedProxies, allowedHosts },
        ...{ tokenSync: options.tokenSync, now: options.now },
      });
      await scope.register(dashboardRoutes, {
        files: options.dashboard,
        basePath,
        isSetupPending: () => launcherToken.isSetupPending,
      });
    },
    { prefix: basePath === '/' ? '' : basePath },
  );
  app.addHook('onClose', async () => options.cluster?.close());
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (request.url.includes('/api/') && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    done();
  });
  return app;
}

/** The refusals of what launcher and gateway share, in the launcher's words. */
const refuse = (reply: FastifyReply, { code, message, headers: extra = {} }: RequestProblem) =>
  sendError(reply.request, reply, code as ErrorCode, { message, headers: extra });
