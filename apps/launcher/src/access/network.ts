import { parseHost } from '@picoclaw/server';
import fp from 'fastify-plugin';
import { sendError } from '../errors.ts';
import { type AddressList, isLoopback } from './address.ts';

/** Headers by which a proxy or a tunnel says that it forwards somebody else's request. */
const FORWARDING =
  /^(?:forwarded|via|x-forwarded.*|x-original-.*|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-.*|fly-client-ip)$/;

interface NetworkOptions {
  readonly allowed: AddressList;
  readonly allowLocalhostBypass: boolean;
}

/** The network gate: with `allowed_cidrs` set, nobody else gets further, nor gets a cookie. */
export const network = fp<NetworkOptions>(
  async (app, { allowed, allowLocalhostBypass }) => {
    if (allowed.isEmpty) return;
    app.addHook('onRequest', async (request, reply) => {
      if (mayConnect(request, request.ip, { allowed, allowLocalhostBypass })) return;
      request.log.info({ code: 'network_not_allowed', ip: request.ip }, 'refused: address is not in allowed_cidrs');
      return sendError(request, reply, 'network_not_allowed');
    });
  },
  { name: 'network', dependencies: ['host'] },
);

/** Whether the gate lets an address in; `ip` is what proxies that are trusted say about `request`. */
export function mayConnect(
  request: Parameters<typeof isDirectLoopback>[0],
  ip: string,
  { allowed, allowLocalhostBypass }: NetworkOptions,
): boolean {
  return allowed.isEmpty || allowed.has(ip) || (allowLocalhostBypass && isDirectLoopback(request));
}

/** Whether the peer is this very machine and speaks for itself: no proxy's forwarding header. */
export function isDirectLoopback(request: {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: Readonly<Record<string, unknown>>;
}): boolean {
  return isLoopback(request.socket.remoteAddress) && !isForwarded(request);
}

/** Whether a proxy or a tunnel says that it forwards this request. */
export function isForwarded({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): boolean {
  return Object.keys(headers).some((name) => FORWARDING.test(name));
}

/** Whether a `Host` value names this very machine to itself. */
export function isLoopbackName(host: string): boolean {
  const name = parseHost(host)?.hostname;
  return name === 'localhost' || isLoopback(name);
}
