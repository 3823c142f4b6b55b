import { CloseCode, CloseReason } from '@picoclaw/protocol';
import type { FastifyPluginAsync } from 'fastify';
import { pidTokenGate } from '../access/pid-token-gate.ts';
import type { HandedSockets } from '../channel/handed-sockets.ts';
import { sendError } from '../errors.ts';
import type { GatewayIdentity } from '../identity.ts';
import type { SettingsHolder } from '../settings.ts';

interface HolderOptions {
  readonly identity: GatewayIdentity;
  readonly settings: SettingsHolder;
  readonly handed: HandedSockets;
}

/**
 * By whose right the sockets are open that a launcher has handed over. A launcher that comes after it has no other way to
 * end them: `GET /holders`, and `DELETE /holders?holder=…`, by the pid token like `/reload`.
 */
export const holderRoutes: FastifyPluginAsync<HolderOptions> = async (app, { identity, settings, handed }) => {
  app.addHook('onRequest', pidTokenGate({ identity, settings }));
  app.get('/holders', async () => ({ holders: handed.holders() }));
  app.delete('/holders', async (request, reply) => {
    const { holder } = request.query as { holder?: unknown };
    const wanted = [holder].flat().filter((one) => typeof one === 'string');
    if (wanted.length === 0) return sendError(reply, 'bad_request');
    return { ended: handed.end(wanted, CloseCode.sessionEnded, CloseReason.sessionEnded) };
  });
};
