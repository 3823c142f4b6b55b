import type { IncomingMessage, ServerResponse } from 'node:http';
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
    const everywhere = headersOf(
      helmet({
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
      }),
    );
    const headersFor = (host: string) => ({
      ...everywhere,
      [POLICY]: everywhere[POLICY]?.replace(CONNECT, `$&${webSocketsOf(host)}`),
    });
    // Most requests are for the host of the one before.
    let last = { host: '', headers: headersFor('') };

    app.addHook('onRequest', (request, reply, done) => {
      const { isSecure, host } = publicAddress(request, trustedProxies);
      if (last.host !== host) last = { host, headers: headersFor(host) };
      reply.headers(last.headers);
      // Who has opened a page of ours in a window could later put a copy of the sign-in page there. Pages alone: a file that
      // is sandboxed could not be opened at all with this.
      const isPage = request.routeOptions.config.page === true;
      if (isPage && (isSecure || isLoopbackName(host))) reply.header('cross-origin-opener-policy', 'same-origin');
      done();
    });
  },
  { name: 'headers' },
);

const POLICY = 'content-security-policy';

/** What helmet sets, which is the same for every reply; to have it do so each time is a tenth of what a request costs. */
function headersOf(setHeaders: ReturnType<typeof helmet>): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader(name: string, value: string) {
      headers[name.toLowerCase()] = value;
    },
    removeHeader() {},
  };
  setHeaders({} as IncomingMessage, response as unknown as ServerResponse, () => {});
  return headers;
}
