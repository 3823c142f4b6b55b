import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';

/** Every refusal of the gateway over HTTP: stable code, status, one sentence a person can act on. Listed in docs/errors.md. */
export const errors = {
  bad_request: { status: 400, message: 'The request is malformed.' },
  bad_host: { status: 400, message: 'The Host header is missing, doubled or malformed.' },
  bad_handshake: { status: 400, message: 'The WebSocket handshake is malformed.' },
  unauthorized: {
    status: 401,
    message: 'A valid token is needed; the documentation says which one opens this address.',
  },
  origin_not_allowed: { status: 403, message: 'Pages of this origin are not in channels.pico.allow_origins.' },
  not_found: { status: 404, message: 'There is nothing at this address.' },
  media_not_found: { status: 404, message: 'There is no such file, or it is not kept any more.' },
  session_not_found: { status: 404, message: 'There is no session of that id.' },
  not_a_websocket: { status: 404, message: 'This address does not speak WebSocket.' },
  channel_disabled: { status: 404, message: 'The Pico channel is off; set channels.pico.enabled to true.' },
  method_not_allowed: { status: 405, message: 'This address does not support that method.' },
  request_timeout: { status: 408, message: 'The request took too long to arrive.' },
  reload_in_progress: { status: 409, message: 'reload already in progress' },
  precondition_failed: { status: 412, message: 'The file is not the one that the request depends on.' },
  body_too_large: { status: 413, message: 'The request body is too large.' },
  unsupported_media_type: { status: 415, message: 'No address of the gateway reads a body of that type.' },
  range_not_satisfiable: { status: 416, message: 'The file has no bytes in that range.' },
  expectation_failed: { status: 417, message: 'Only "Expect: 100-continue" is met.' },
  config_invalid: { status: 422, message: 'The new configuration is invalid, the old one stays in use.' },
  upgrade_required: { status: 426, message: 'Connect here with a WebSocket client.' },
  unsupported_websocket_version: { status: 426, message: 'Only WebSocket version 13 is supported.' },
  headers_too_large: { status: 431, message: 'The request headers are too large.' },
  internal_error: { status: 500, message: 'The gateway failed; its log says why.' },
  not_ready: { status: 503, message: 'The gateway is starting or stopping; try again in a moment.' },
  too_many_connections: { status: 503, message: 'channels.pico.max_connections is reached; try again later.' },
} as const;

/** A stable error code; programs match it, never the message. */
export type ErrorCode = keyof typeof errors;

/** What may differ from the table in one reply. */
export interface ErrorDetails {
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with an error as JSON. */
export function sendError(reply: FastifyReply, code: ErrorCode, details: ErrorDetails = {}): FastifyReply {
  const { status, message } = errors[code];
  reply.code(status).headers({ 'cache-control': 'no-store', ...details.headers });
  return reply.send({ error: code, message: details.message ?? message });
}

/** Whether a code stands in the table. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code);

/** The row for a status that a library chose; what has no row of its own is malformed, or our fault. */
export function codeOfStatus(status: number): ErrorCode {
  const own = { 404: 'not_found', 413: 'body_too_large', 415: 'unsupported_media_type' } as const;
  if (status in own) return own[status as keyof typeof own];
  return status >= 400 && status < 500 ? 'bad_request' : 'internal_error';
}

/** A complete reply for a socket whose bytes never became a request. */
export function rawErrorReply(code: ErrorCode): string {
  const { status, message } = errors[code];
  const body = JSON.stringify({ error: code, message });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
