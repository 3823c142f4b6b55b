import type { FastifyRequest } from 'fastify';
import type { PublicAddress } from '../access/origin.ts';
import type { RunningGateway } from './find-gateway.ts';

/**
 * What every request to the gateway carries: its own name, our credential, and who the launcher takes the client to be.
 * Requests are made anew from these, so nothing that the client sent under such names gets through.
 */
export function upstreamHeaders(
  { host, port, token }: RunningGateway,
  { ip }: Pick<FastifyRequest, 'ip'>,
  { isSecure, host: publicHost }: PublicAddress,
): Record<string, string> {
  return {
    host: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    authorization: `Bearer ${asHeaderBytes(token.reveal())}`,
    'x-forwarded-for': ip,
    'x-forwarded-proto': isSecure ? 'https' : 'http',
    'x-forwarded-host': publicHost,
  };
}

/** Node writes headers as latin1 and refuses other letters; a token of such letters travels as UTF-8. */
const asHeaderBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
