import { clientErrorHandler } from '@picoclaw/server';
import type { FastifyError, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { codeOfStatus, type ErrorCode, rawErrorReply, sendError } from '../errors.ts';

/** What goes wrong before a route is found: a path that cannot be decoded, and the like. */
export const frameworkErrors: NonNullable<FastifyServerOptions['frameworkErrors']> = (error, _request, reply) => {
  sendError(reply as unknown as FastifyReply, codeOfStatus(error.statusCode ?? 400));
};

/** What is thrown in a hook or a route; the reply says which kind of thing, the log says what. */
export function onRouteError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const code = codeOfStatus(error.statusCode ?? 500);
  if (code === 'internal_error') request.log.error({ err: error, code }, 'request failed');
  return sendError(reply, code);
}

const CODE_OF_PARSER: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Bytes that never became a request. */
export const onClientError = clientErrorHandler((code) => rawErrorReply(CODE_OF_PARSER[code] ?? 'bad_request'));
