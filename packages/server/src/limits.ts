/**
 * Time limits of Node's HTTP server, in milliseconds, as options of `fastify()`. Nothing that is sent here is longer than
 * 16 KiB of headers and as much of a body, so ten seconds are enough for the slowest line; with the interval at which Node
 * looks, who sends slower than that is gone after twelve. Fastify sets `requestTimeout` to 0, which is for ever.
 * A missing `Host` is for the apps to refuse, in their own words.
 */
export const httpServerLimits = {
  requestTimeout: 10_000,
  keepAliveTimeout: 72_000,
  http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16_384, requireHostHeader: false },
} as const;
