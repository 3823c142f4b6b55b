import { randomUUID } from 'node:crypto';
import { type AuthenticationResult, Secret } from '@picoclaw/auth';
import { AFTER_PARAMETER, PicoPath, SESSION_PARAMETER } from '@picoclaw/protocol';
import { takeUpgrade } from '@picoclaw/server';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { channelAuthenticator } from '../channel/authentication.ts';
import type { Channel } from '../channel/channel.ts';
import type { HandedSockets } from '../channel/handed-sockets.ts';
import { isOriginAllowed } from '../channel/origin.ts';
import { type ErrorCode, type ErrorDetails, sendError } from '../errors.ts';
import type { GatewayIdentity } from '../identity.ts';
import type { Readiness } from '../readiness.ts';
import type { SettingsHolder } from '../settings.ts';

interface PicoOptions {
  readonly identity: GatewayIdentity;
  readonly settings: SettingsHolder;
  readonly readiness: Readiness;
  readonly channel: Channel;
  readonly handed: HandedSockets;
}

/** What a request may have, or the refusal it gets. */
type Admission =
  | { readonly ok: true; readonly token: Secret; readonly sessionId: string; readonly after: number | undefined }
  | { readonly ok: false; readonly code: ErrorCode; readonly details?: ErrorDetails };

/** `GET /pico/ws` and `/pico`: the Pico channel. */
export const picoRoute: FastifyPluginAsync<PicoOptions> = async (app, options) => {
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const admission = await admit(request, options);
    if (!admission.ok) {
      request.log.info({ code: admission.code, origin: request.headers.origin }, 'channel connection refused');
      return sendError(reply, admission.code, admission.details);
    }
    return open(app, request, reply, options, admission);
  };
  for (const path of [PicoPath.socket, PicoPath.socketShort]) app.get(path, { config: { upgrade: true } }, handler);
};

/** Every gate of the channel, in order; all of it is decided before the upgrade. */
async function admit(request: FastifyRequest, options: PicoOptions): Promise<Admission> {
  const { identity, settings, readiness, channel } = options;
  const { current } = settings;
  if (!current.channel.enabled) return refuse('channel_disabled');
  if (request.headers.upgrade === undefined) return refuse('upgrade_required', UPGRADE_HEADERS);

  const result = await channelAuthenticator(current, identity.pidToken)(request.raw);
  const token = tokenOf(result);
  if (token === undefined) return refuse('unauthorized', { 'www-authenticate': 'Bearer' });
  if (!isOriginAllowed(request.headers.origin, current.channel.allowOrigins)) return refuse('origin_not_allowed');

  const sessionId = sessionIdOf(request);
  const after = afterOf(request);
  if (sessionId === undefined || after === false) return refuse('bad_request');
  if (readiness.phase === 'starting' || readiness.phase === 'stopping') return refuse('not_ready', RETRY);
  // Nothing is awaited between here and the upgrade, so the count cannot be overrun by many at once.
  if (channel.connectionCount >= current.channel.maxConnections) return refuse('too_many_connections', RETRY);
  return { ok: true, token, sessionId, after };
}

const UPGRADE_HEADERS = { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-version': '13' };
const RETRY = { 'retry-after': '1' };

const refuse = (code: ErrorCode, headers: Readonly<Record<string, string>> = {}): Admission => ({
  ok: false,
  code,
  details: { headers },
});

const tokenOf = (result: AuthenticationResult): Secret | undefined => {
  const token = result.ok ? result.identity.claims?.['token'] : undefined;
  return token instanceof Secret ? token : undefined;
};

const MAX_SESSION_ID_LENGTH = 512;

/** `?session_id=`, a new one when it is not given; `undefined` when it is nothing that a frame could carry. */
function sessionIdOf(request: FastifyRequest): string | undefined {
  const query = request.query as Record<string, string | string[] | undefined>;
  const given = query[SESSION_PARAMETER] ?? '';
  if (typeof given !== 'string' || given.length > MAX_SESSION_ID_LENGTH || /\p{Cc}/u.test(given)) return undefined;
  return given.trim() || randomUUID();
}

/** `?after=`, if it is there; false when it is no number of a frame. */
function afterOf(request: FastifyRequest): number | undefined | false {
  const given = (request.query as Record<string, unknown>)[AFTER_PARAMETER];
  if (given === undefined || given === '') return undefined;
  return typeof given === 'string' && /^\d{1,15}$/.test(given) && Number(given);
}

function open(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  { channel, handed, settings }: PicoOptions,
  { token, sessionId, after }: Extract<Admission, { ok: true }>,
): FastifyReply {
  const taken = takeUpgrade(request, reply);
  // An `Upgrade` header without "Connection: Upgrade" is no upgrade to Node.
  if (taken === undefined) return sendError(reply, 'upgrade_required', { headers: UPGRADE_HEADERS });
  app.websocketServer.options.maxPayload = settings.current.channel.maxMessageBytes;
  app.websocketServer.handleUpgrade(request.raw, taken.socket, taken.head, (socket) => {
    channel.accept(socket, { sessionId, token, after });
    handed.opened(request.raw, socket);
    request.log.info({ sessionId, connections: channel.connectionCount }, 'channel connection opened');
  });
  return reply;
}
