/**
 * Time limits of Node's HTTP server, in milliseconds, as options of `fastify()`.
 * A missing `Host` is for the apps to refuse, in their own words. Fastify sets `requestTimeout` to 0, so a client that sends a body a byte a minute would hold its socket for ever.
 */
export const httpServerLimits = {
  requestTimeout: 60_000,
  keepAliveTimeout: 72_000,
  http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16_384, requireHostHeader: false },
} as const;
