import type { IncomingMessage, ServerResponse } from 'node:http';
import { PicoPath } from '@picoclaw/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PublicAddress } from '../access/origin.ts';
import { errorBody, errors } from '../errors.ts';
import type { RunningGateway } from './find-gateway.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import type { ProxyServer } from './proxy-server.ts';
import { upstreamHeaders } from './upstream-headers.ts';

const REQUEST_HEADERS = ['accept', 'range', 'if-range', 'if-none-match', 'if-modified-since'];
const RESPONSE_HEADERS = [
  'content-type',
  'content-length',
  'content-range',
  'content-disposition',
  'accept-ranges',
  'etag',
  'last-modified',
  'cache-control',
];

/**
 * Whatever a file is and whichever gateway sent it, it is no page of ours: ours may load scripts from this origin, and a
 * gateway of another make may serve SVG and HTML as such.
 */
const NO_PAGE = "sandbox; default-src 'none'; frame-ancestors 'none'";

/** With `nosniff`, a page of ours that is made to ask for a file runs it or styles itself by it only under such a name. */
const CODE = /(?:java|ecma|live|j)script|\/css\b/i;

/** A gateway that sends no byte of a file for this long is given up; readers that take none are, by the server, much sooner. */
const STALLED_AFTER_MS = 120_000;

/** Of the launcher's own token, which is about to be renewed; to a browser they would say that its session is over. */
const REFUSED: readonly number[] = [401, 403];

/** One file to be fetched for a client. */
interface MediaJob {
  readonly gateway: RunningGateway;
  readonly id: string;
  readonly address: PublicAddress;
}

/** Passes `GET|HEAD /pico/media/:id` to the gateway; only listed headers cross, in either direction. */
export function proxyMedia(
  server: ProxyServer,
  { gateway, id, address }: MediaJob,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  reply.hijack();
  const response = reply.raw;
  // What helmet and the other hooks have set so far lives in Fastify's reply.
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) response.setHeader(name, value);
  }
  response.setHeader('content-security-policy', NO_PAGE);
  const headers = {
    ...upstreamHeaders(gateway, request, address),
    ...forwardedHeaders(request.headers, REQUEST_HEADERS),
    connection: 'close',
  };
  const target = { gateway, path: `${PicoPath.media}${encodeURIComponent(id)}`, headers };
  server.request(request.raw, response, target, {
    onError: (error) => {
      request.log.warn({ code: 'gateway_unavailable', cause: error.code }, 'media: the gateway did not answer');
      if (response.headersSent) response.destroy();
      else writeError(response, error.code === 'ANSWER_TIMEOUT' ? 'gateway_timeout' : 'gateway_unavailable');
    },
    onResponse: (upstream) => {
      const { statusCode = 0 } = upstream;
      if (!REFUSED.includes(statusCode)) return relay(upstream, response);
      request.log.warn({ code: 'gateway_unavailable', status: statusCode }, 'media: the gateway refused our token');
      upstream.resume();
      writeError(response, 'gateway_unavailable');
      return undefined;
    },
  });
}

function writeError(response: ServerResponse, code: 'gateway_timeout' | 'gateway_unavailable'): void {
  response.writeHead(errors[code].status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...(code === 'gateway_unavailable' && { 'retry-after': '1' }),
  });
  response.end(JSON.stringify(errorBody(code)));
}

function relay(upstream: IncomingMessage, response: ServerResponse): void {
  // An upstream that dies in mid-body would leave the client waiting for ever.
  upstream.once('close', () => upstream.complete || response.destroy());
  upstream.setTimeout(STALLED_AFTER_MS, () => upstream.destroy());
  const headers = forwardedHeaders(upstream.headers, RESPONSE_HEADERS);
  const isCode = CODE.test(headers['content-type'] ?? '');
  response.writeHead(upstream.statusCode ?? 502, {
    ...headers,
    ...(isCode && { 'content-type': 'text/plain; charset=utf-8' }),
  });
  upstream.pipe(response);
}
