import { offeredSubprotocols, Secret } from '@picoclaw/auth';
import {
  CloseCode,
  CloseReason,
  isSubprotocolSafe,
  PicoPath,
  SESSION_PARAMETER,
  Subprotocol,
} from '@picoclaw/protocol';
import { takeUpgrade } from '@picoclaw/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AddressList, clientKey } from '../access/address.ts';
import { judgeChannelCredentials } from '../access/channel-credentials.ts';
import type { LauncherToken } from '../access/launcher-token.ts';
import { type PublicAddress, publicAddress } from '../access/origin.ts';
import { tooManyAttempts } from '../access/session.ts';
import { endsHolder, socketHolder } from '../access/socket-holder.ts';
import { withoutToken } from '../access/token-link.ts';
import { sendError } from '../errors.ts';
import type { ChannelReader } from '../gateway/channel.ts';
import type { FindGateway, RunningGateway } from '../gateway/find-gateway.ts';
import { forwardedHeaders } from '../gateway/forwarded-headers.ts';
import { proxyMedia } from '../gateway/media-proxy.ts';
import type { ProxyServer } from '../gateway/proxy-server.ts';
import type { SocketTransport } from '../gateway/socket-job.ts';
import type { TokenSync } from '../gateway/token-sync.ts';
import { upstreamHeaders } from '../gateway/upstream-headers.ts';

interface PicoOptions {
  readonly launcherToken: LauncherToken;
  readonly channel: ChannelReader;
  readonly findGateway: FindGateway;
  readonly proxyServer: ProxyServer;
  readonly sockets: SocketTransport;
  readonly tokenSync: TokenSync;
  readonly trustedProxies: AddressList;
  readonly allowedHosts: readonly string[];
  readonly now?: (() => number) | undefined;
}

/** The tokens as they are at one moment: the launcher's by its generation. */
interface Tokens {
  readonly generation: number;
  readonly channel: Secret | undefined;
}

/** `GET /pico/ws` (and `/pico`): the reverse proxy to the gateway, and the media behind it (launcher-http.md, "Pico"). */
export async function picoRoutes(app: FastifyInstance, options: PicoOptions): Promise<void> {
  const { channel, findGateway, launcherToken, sockets, tokenSync, now: clock = Date.now } = options;

  /** While the gateway was looked for, the person may have signed out, or the token may have been changed. */
  const hasEnded = ({ caller }: FastifyRequest, before: Tokens, now: Tokens): boolean => {
    if (caller.kind === 'session') return !app.sessionGate.sessions.isLive(caller.session);
    if (caller.kind === 'token' && caller.credential === 'launcher') return now.generation !== before.generation;
    return now.channel === undefined || before.channel?.equals(now.channel) !== true;
  };

  const connect = async (request: FastifyRequest, reply: FastifyReply) => {
    const settings = await channel.read();
    const before = { generation: launcherToken.generation, channel: settings.token };
    const verdict = await judgeChannelCredentials(app.loginLimit, request, settings, options);
    if (!verdict.ok) return sendError(request, reply, verdict.code, verdict.details);
    if (request.headers.upgrade === undefined) {
      return sendError(request, reply, 'upgrade_required', { headers: { upgrade: 'websocket' } });
    }
    const gateway = await findGateway();
    if (gateway.state !== 'running') return unavailable(request, reply, gateway.reason);
    const { token } = await channel.read();
    const now = { generation: launcherToken.generation, channel: token };
    if (hasEnded(request, before, now)) return sendError(request, reply, 'invalid_credentials');
    const upgrade = takeUpgrade(request, reply);
    if (upgrade === undefined) return sendError(request, reply, 'upgrade_required');
    // Read now: the headers are about to be replaced by those for the gateway.
    const fallback = protocolWithoutSelection(request);
    sockets.open({
      request: request.raw,
      upgrade,
      target: targetFor(request, gateway, publicAddress(request, options.trustedProxies)),
      holder: socketHolder(request.caller, launcherToken),
      endsInMs: request.caller.kind === 'session' ? request.caller.session.expiresAt - clock() : undefined,
      clientKey: clientKey(request.ip),
      selectSubprotocol: (upstream) => upstream ?? fallback,
      onOutcome: (outcome, detail) => {
        app.counters.upgrade(outcome, detail);
        request.log.info({ code: 'pico_upgrade', outcome, detail }, `pico upgrade: ${outcome}`);
        if (outcome === 'refused' && detail === '401') tokenSync.refused();
      },
    });
    return reply;
  };
  /** Of what is refused here, and by the gates; the outcome of what is proxied is told by the proxy. */
  const onResponse = async (_request: FastifyRequest, reply: FastifyReply) => app.counters.upgrade(reply.statusCode);
  for (const url of [PicoPath.socket, `${PicoPath.socket}/`, PicoPath.socketShort, `${PicoPath.socketShort}/`]) {
    app.get(url, { config: { upgrade: true, channelCredentials: true }, exposeHeadRoute: false, onResponse }, connect);
  }

  app.get(`${PicoPath.media}:id`, async (request, reply) => {
    const gateway = await findGateway();
    if (gateway.state !== 'running') return unavailable(request, reply, gateway.reason);
    const { id } = request.params as { id: string };
    const address = publicAddress(request, options.trustedProxies);
    proxyMedia(options.proxyServer, { gateway, id, address }, request, reply);
    return reply;
  });

  const stop = app.sessionGate.sessions.onRevoked((revocation) => {
    sockets.end(endsHolder(revocation, launcherToken), CloseCode.sessionEnded, CloseReason.sessionEnded);
  });
  app.addHook('preClose', async () => {
    stop();
    // Proxied sockets are not the HTTP server's any more: `close()` would wait for them for ever.
    await sockets.close();
  });
}

const unavailable = (request: FastifyRequest, reply: FastifyReply, reason: string) => {
  request.log.info({ code: 'gateway_unavailable', reason }, 'pico: no gateway');
  return sendError(request, reply, 'gateway_unavailable', { message: reason, headers: { 'retry-after': '1' } });
};

/**
 * What to answer when the gateway has selected no subprotocol: a browser that offered some insists on getting one back.
 * `pico.v1` promises nothing that a gateway without a selection does not do; `pico.v2` does.
 */
function protocolWithoutSelection({ headers }: FastifyRequest): string | undefined {
  const offered = offeredSubprotocols(headers);
  if (offered.includes(Subprotocol.v1)) return Subprotocol.v1;
  return offered.find((name) => name.startsWith(Subprotocol.tokenPrefix) && isSubprotocolSafe(name));
}

/** The upgrade as the gateway gets it: made anew, so that no cookie and no token of the browser's is in it. */
function targetFor(request: FastifyRequest, gateway: RunningGateway, address: PublicAddress) {
  const { headers } = request;
  const query = withoutToken(request.url).split('?').slice(1).join('?');
  const protocols = offeredSubprotocols(headers).filter((name) => name === Subprotocol.v1 || name === Subprotocol.v2);
  // Ours needs no origin, the launcher has judged it; another implementation may want to judge for itself.
  const passedOn = ['sec-websocket-extensions', 'user-agent', ...(gateway.isOurs ? [] : ['origin'])];
  return {
    gateway,
    path: query === '' ? PicoPath.socket : `${PicoPath.socket}?${query}`,
    headers: {
      ...upstreamHeaders(gateway, request, address),
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': headers['sec-websocket-key'] ?? '',
      ...(protocols.length > 0 && { 'sec-websocket-protocol': protocols.join(', ') }),
      ...forwardedHeaders(headers, passedOn),
    },
  };
}

/** Re-entered launcher token, for what even a session does not get by itself. */
const LAUNCHER_TOKEN_HEADER = 'x-launcher-token';

interface PicoApiOptions extends Pick<PicoOptions, 'launcherToken' | 'channel' | 'trustedProxies' | 'tokenSync'> {
  readonly basePath: string;
  /** Stores another channel token; a text says where it is kept instead, and has to be changed. */
  readonly rotate: () => Promise<Secret | string>;
  /** Enables the channel and gives it a token when it has none. */
  readonly enable: () => Promise<void>;
}

/** `/api/pico/*`: how a client connects, and the channel token. */
export async function picoApiRoutes(app: FastifyInstance, options: PicoApiOptions): Promise<void> {
  const { launcherToken, channel, trustedProxies, basePath, rotate, enable, tokenSync } = options;

  const info = async (request: FastifyRequest) => {
    const { enabled, token, allowTokenQuery } = await channel.read();
    const { isSecure, host } = publicAddress(request, trustedProxies);
    const prefix = basePath === '/' ? '' : basePath;
    return {
      ws_url: `${isSecure ? 'wss' : 'ws'}://${host}${prefix}${PicoPath.socket}`,
      enabled,
      configured: token !== undefined,
      // The launcher takes these; `?token=` is the gateway's alone.
      auth_methods: ['bearer', 'subprotocol'],
      gateway_auth_methods: ['bearer', 'subprotocol', ...(allowTokenQuery ? ['query'] : [])],
      session_param: SESSION_PARAMETER,
    };
  };
  app.get('/api/pico/info', info);

  app.post('/api/pico/token', async (request, reply) => {
    const token = await tokenSync.change(rotate);
    if (typeof token === 'string') {
      const message = `The channel token comes from ${token}: change it there.`;
      return sendError(request, reply, 'channel_token_managed_elsewhere', { message });
    }
    // Until the running gateway has read it, it would take the old one.
    const reloaded = await tokenSync.apply();
    request.log.info({ code: 'channel_token_rotated', reloaded }, 'the channel token was rotated');
    return reply.header('cache-control', 'no-store').send({ status: 'ok', token: token.reveal(), reloaded });
  });

  app.get('/api/pico/token', async (request, reply) => {
    const entered = request.headers[LAUNCHER_TOKEN_HEADER];
    const verdict = await app.loginLimit.attempt(request);
    if (!verdict.allowed) return tooManyAttempts(request, reply, verdict.retryAfterS);
    const isProven =
      request.caller.kind === 'token' || (typeof entered === 'string' && launcherToken.matches(new Secret(entered)));
    if (!isProven) {
      await app.loginLimit.failed(request);
      const message = `Enter the launcher token once more (header ${LAUNCHER_TOKEN_HEADER}).`;
      return sendError(request, reply, 'invalid_token', { message });
    }
    const { token } = await channel.read();
    if (token === undefined)
      return sendError(request, reply, 'not_found', { message: 'There is no channel token yet.' });
    return reply.header('cache-control', 'no-store').send({ token: token.reveal() });
  });

  app.post('/api/pico/setup', async (request) => {
    await enable();
    return { status: 'ok', ...(await info(request)) };
  });
}
