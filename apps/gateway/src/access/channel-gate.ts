import type { FastifyReply, FastifyRequest } from 'fastify';
import { channelAuthenticator } from '../channel/authentication.ts';
import { sendError } from '../errors.ts';
import type { GatewayIdentity } from '../identity.ts';
import type { SettingsHolder } from '../settings.ts';

interface GateOptions {
  readonly identity: GatewayIdentity;
  readonly settings: SettingsHolder;
}

/** A hook for routes over plain HTTP that the channel token opens: refuses before anything is said about what is there. */
export function channelGate({ identity, settings }: GateOptions) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { current } = settings;
    if (!current.channel.enabled) return sendError(reply, 'channel_disabled');
    const result = await channelAuthenticator(current, identity.pidToken)(request.raw);
    if (result.ok) return undefined;
    return sendError(reply, 'unauthorized', { headers: { 'www-authenticate': 'Bearer' } });
  };
}
