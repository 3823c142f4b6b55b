import { clientErrorHandler } from '@picoclaw/server';
import type { FastifyError, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { bareHeaders, type ErrorCode, rawErrorReply, sendError } from '../errors.ts';

/** What goes wrong before a route is found, such as a path that cannot be decoded: no hook runs, not even for headers. */
export const onFrameworkError: NonNullable<FastifyServerOptions['frameworkErrors']> = (_error, request, reply) => {
  void sendError(request as FastifyRequest, reply as unknown as FastifyReply, 'bad_request', { headers: bareHeaders });
};

/** What is thrown in a gate or a route; the reply says which kind of thing, the log says what. */
export function onRouteError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const code = codeOf(error);
  if (code === 'internal_error') request.log.error({ code, err: error }, 'the launcher failed to answer');
  if (code === 'config_unavailable') request.log.error({ code: error.code, err: error }, 'the configuration failed');
  return sendError(request, reply, code);
}

const CODE_OF_PARSER: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Bytes that never became a request. */
export const onClientError = clientErrorHandler((code) => rawErrorReply(CODE_OF_PARSER[code] ?? 'bad_request'));

/** Fastify's own refusals, and those of the configuration, in our words. */
function codeOf({ code = '', statusCode = 500 }: FastifyError): ErrorCode {
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return 'body_too_large';
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'unsupported_media_type';
  if (code === 'config_conflict') return code;
  if (code.startsWith('config_')) return 'config_unavailable';
  return statusCode >= 400 && statusCode < 500 ? 'invalid_body' : 'internal_error';
}
