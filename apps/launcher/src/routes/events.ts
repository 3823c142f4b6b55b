import { wsSocket } from '@picoclaw/hub';
import { CloseCode, CloseReason } from '@picoclaw/protocol';
import { takeUpgrade } from '@picoclaw/server';
import type { FastifyInstance } from 'fastify';
import { WebSocketServer } from 'ws';
import type { AddressList } from '../access/address.ts';
import type { LauncherToken } from '../access/launcher-token.ts';
import { isLauncherPage } from '../access/origin.ts';
import { endsHolder, socketHolder } from '../access/socket-holder.ts';
import { sendError } from '../errors.ts';
import type { LauncherEvents } from '../events/launcher-events.ts';

interface EventRouteOptions {
  readonly events: LauncherEvents;
  readonly launcherToken: LauncherToken;
  readonly trustedProxies: AddressList;
  readonly allowedHosts: readonly string[];
  readonly now?: () => number;
}

const MAX_MESSAGE_BYTES = 64 * 1024;

/** `GET /api/events`: the hub of launcher events for who has a session or the launcher token (launcher-http.md). */
export async function eventRoutes(app: FastifyInstance, options: EventRouteOptions): Promise<void> {
  const { events, launcherToken, now = Date.now } = options;
  const { hub } = events;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });

  app.get('/api/events', { config: { upgrade: true }, exposeHeadRoute: false }, async (request, reply) => {
    const { caller } = request;
    if (request.headers.upgrade === undefined) {
      return sendError(request, reply, 'upgrade_required', { headers: { upgrade: 'websocket' } });
    }
    if (caller.kind === 'session' && !isLauncherPage(request, options)) {
      return sendError(request, reply, 'origin_not_allowed');
    }
    if (hub.isFull) return sendError(request, reply, 'too_many_connections', { headers: { 'retry-after': '5' } });
    const upgrade = takeUpgrade(request, reply);
    if (upgrade === undefined) return sendError(request, reply, 'upgrade_required');
    server.handleUpgrade(request.raw, upgrade.socket, upgrade.head, (socket) => {
      const holder = socketHolder(caller, launcherToken);
      hub.add(wsSocket(socket, upgrade.socket), { id: holder ?? caller.kind, claims: { holder } });
      if (caller.kind !== 'session') return;
      const expiry = setTimeout(
        () => socket.close(CloseCode.sessionEnded, CloseReason.sessionEnded),
        caller.session.expiresAt - now(),
      ).unref();
      socket.once('close', () => clearTimeout(expiry));
    });
    return reply;
  });

  const stop = app.sessionGate.sessions.onRevoked((revocation) => {
    const isEnded = endsHolder(revocation, launcherToken);
    hub.disconnect(
      ({ identity }) => isEnded(identity.claims?.['holder'] as string | undefined),
      CloseCode.sessionEnded,
      CloseReason.sessionEnded,
    );
  });
  app.addHook('preClose', async () => {
    stop();
    await events.close();
  });
}
