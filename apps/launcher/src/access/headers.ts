import { parseHost } from '@picoclaw/server';
import fp from 'fastify-plugin';
import helmet from 'helmet';
import type { AddressList } from './address.ts';
import { isLoopbackName } from './network.ts';
import { publicAddress } from './origin.ts';

const SELF = ["'self'"];

const CONNECT = "connect-src 'self'";

/**
 * Not every browser takes 'self' to cover the WebSocket schemes. All hosts of these would let a script that should not be
 * there carry off what it likes. A policy cannot name an IPv6 address.
 */
function webSocketsOf(host: string): string {
  const isNamed = parseHost(host) !== undefined && !host.startsWith('[');
  return isNamed ? ` ws://${host} wss://${host}` : '';
}

/** Headers of every reply: no framing, no sniffing, no referrer, no script or style but our own files. */
export const headers = fp<{ trustedProxies: AddressList }>(
  async (app, { trustedProxies }) => {
    // Made once: @fastify/helmet puts the policy together anew for each request, which is a tenth of what one costs.
    const setHeaders = helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: SELF,
          styleSrc: SELF,
          fontSrc: SELF,
          imgSrc: ["'self'", 'data:', 'blob:'],
          connectSrc: SELF,
          manifestSrc: SELF,
          workerSrc: SELF,
          baseUri: SELF,
          formAction: SELF,
          frameAncestors: ["'none'"],
        },
      },
      frameguard: { action: 'deny' },
      referrerPolicy: { policy: 'no-referrer' },
      // Whether https is there to stay is for the one who configures it to say.
      strictTransportSecurity: false,
      // Isolation and agent clustering need a secure context, which http://raspberrypi.local is not: browsers warn.
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
    });
    app.addHook('onRequest', (request, reply, next) => setHeaders(request.raw, reply.raw, next as () => void));

    app.addHook('onRequest', async (request, reply) => {
      const { host } = publicAddress(request, trustedProxies);
      const policy = String(reply.getHeader('content-security-policy'));
      reply.header('content-security-policy', policy.replace(CONNECT, `$&${webSocketsOf(host)}`));
    });

    // Who has opened a page of ours in a window could later put a copy of the sign-in page there. Pages alone: a file that
    // is sandboxed could not be opened at all with this.
    app.addHook('onRequest', async (request, reply) => {
      if (request.routeOptions.config.page !== true) return;
      const { isSecure, host } = publicAddress(request, trustedProxies);
      if (isSecure || isLoopbackName(host)) reply.header('cross-origin-opener-policy', 'same-origin');
    });
  },
  { name: 'headers' },
);
