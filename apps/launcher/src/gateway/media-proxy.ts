import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from '../errors.ts';
import type { RunningGateway } from './find-gateway.ts';
import type { ProxyServer } from './proxy-server.ts';

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

/** Passes `GET|HEAD /pico/media/:id` to the gateway; only listed headers cross, in either direction. */
export function proxyMedia(
  server: ProxyServer,
  gateway: RunningGateway,
  id: string,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  reply.hijack();
  const response = reply.raw;
  // What helmet and the other hooks have set so far lives in Fastify's reply.
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) response.setHeader(name, value);
  }
  const headers = {
    host: request.headers.host ?? '',
    ...pick(request.headers, REQUEST_HEADERS),
    authorization: `Bearer ${gateway.token.reveal()}`,
    connection: 'close',
  };
  const target = { gateway, path: `/pico/media/${encodeURIComponent(id)}`, headers };
  server.request(request.raw, response, target, {
    onError: (error) => {
      request.log.warn({ code: 'gateway_unavailable', cause: error.code }, 'media: the gateway did not answer');
      if (response.headersSent) response.destroy();
      else writeUnavailable(response);
    },
    onResponse: (upstream) => relay(upstream, reply),
  });
}

function writeUnavailable(response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'application/json; charset=utf-8', 'retry-after': '1' });
  response.end(JSON.stringify(errorBody('gateway_unavailable')));
}

function relay(upstream: IncomingMessage, reply: FastifyReply): void {
  const response = reply.raw;
  // An upstream that dies in mid-body would leave the client waiting for ever.
  upstream.once('close', () => upstream.complete || response.destroy());
  response.writeHead(upstream.statusCode ?? 502, pick(upstream.headers, RESPONSE_HEADERS));
  upstream.pipe(response);
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}
