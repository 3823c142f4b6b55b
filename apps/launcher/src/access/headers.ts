import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

const SELF = ["'self'"];

/** Headers of every reply: no framing, no sniffing, no referrer, no script or style but our own files. */
export const headers = fp(
  async (app) => {
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: SELF,
          styleSrc: SELF,
          fontSrc: SELF,
          imgSrc: ["'self'", 'data:', 'blob:'],
          // Not every browser takes 'self' to cover the WebSocket schemes.
          connectSrc: ["'self'", 'ws:', 'wss:'],
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
  },
  { name: 'headers' },
);
