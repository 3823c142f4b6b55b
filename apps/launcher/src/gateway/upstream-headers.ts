import type { FastifyRequest } from 'fastify';
import type { PublicAddress } from '../access/origin.ts';
import type { RunningGateway } from './find-gateway.ts';

/**
 * What every request to the gateway carries: its own name, our credential, and who the launcher takes the client to be.
 * Requests are made anew from these, so nothing that the client sent under such names gets through.
 */
export function upstreamHeaders(
  { host, port, isSecure: isSecureUpstream, token }: RunningGateway,
  { ip }: Pick<FastifyRequest, 'ip'>,
  { isSecure, host: publicHost }: PublicAddress,
): Record<string, string> {
  return {
    host: hostHeader(host, port, isSecureUpstream),
    authorization: `Bearer ${asHeaderBytes(token.reveal())}`,
    'x-forwarded-for': ip,
    'x-forwarded-proto': isSecure ? 'https' : 'http',
    'x-forwarded-host': publicHost,
  };
}

/** Node writes headers as latin1 and refuses other letters; a token of such letters travels as UTF-8. */
const asHeaderBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** As a client of that server would write it: virtual hosts are told apart by it (RFC 9110, 7.2). */
function hostHeader(host: string, port: number, isSecure: boolean): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === (isSecure ? 443 : 80) ? name : `${name}:${port}`;
}
