import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { isNavigation, sendError } from '../errors.ts';
import type { Tls } from '../tls/create-tls.ts';
import { isDirectLoopback, isForwarded } from './network.ts';
import { withoutToken } from './token-link.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers this machine over plain HTTP too: a health check knows of no certificate. */
    plainHere?: true;
  }
}

/**
 * The gate of a launcher with TLS of its own: what came over plain HTTP to the same port gets no further. A browser is led
 * to https, to a host that the gates before have let pass and without a token, which has been read on the way; a
 * program is told, since many do not follow and none should send its token twice.
 */
export const httpsOnly = fp<{ readonly tls: Pick<Tls, 'close'> }>(
  async (app, { tls }) => {
    app.addHook('onRequest', async (request, reply) => {
      if ('encrypted' in request.raw.socket) return;
      if (request.routeOptions.config.plainHere === true && isDirectLoopback(request)) return;
      reply.header('connection', 'close');
      // Through a proxy it came over https perhaps, and would be led in circles.
      if (isForwarded(request) || !isNavigation(request)) return sendError(request, reply, 'https_required');
      return reply.header('cache-control', 'no-store').redirect(secureAddress(request), 307);
    });
    app.addHook('preClose', async () => tls.close());
  },
  { name: 'https-only', dependencies: ['host', 'network'] },
);

const secureAddress = ({ headers: { host }, url }: FastifyRequest): string => `https://${host}${withoutToken(url)}`;
