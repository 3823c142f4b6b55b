import type { FastifyReply, FastifyRequest } from 'fastify';
import { reloadAuthenticator } from '../channel/authentication.ts';
import { sendError } from '../errors.ts';
import type { GatewayIdentity } from '../identity.ts';
import type { SettingsHolder } from '../settings.ts';

interface GateOptions {
  readonly identity: GatewayIdentity;
  readonly settings: SettingsHolder;
}

/** A hook for routes of whoever runs this gateway: the pid token opens them, and so does `PICOCLAW_GATEWAY_TOKEN`. */
export function pidTokenGate({ identity, settings }: GateOptions) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { ok } = await reloadAuthenticator(settings.current, identity.pidToken)(request.raw);
    return ok ? undefined : sendError(reply, 'unauthorized', { headers: { 'www-authenticate': 'Bearer' } });
  };
}
