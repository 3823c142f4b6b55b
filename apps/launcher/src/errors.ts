import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

interface ErrorRow {
  readonly status: number;
  readonly message: string;
  /** The code that programs see, where another status says the same. */
  readonly shown?: string;
}

/** Every refusal of the launcher: stable code, status, one sentence a person can act on. Listed in docs/errors.md. */
export const errors = {
  invalid_body: { status: 400, message: 'The request body is not what this address expects.' },
  bad_request: { status: 400, message: 'The request is malformed.' },
  bad_host: { status: 400, message: 'The Host header is missing, doubled or malformed.' },
  bad_path: { status: 400, message: 'The path is not in its normal form.' },
  bad_handshake: { status: 400, message: 'The WebSocket handshake is malformed.' },
  not_a_websocket: { status: 400, message: 'This address does not speak WebSocket.' },
  token_too_short: { status: 400, message: 'The new token needs at least 8 characters.' },
  token_too_long: { status: 400, message: 'The new token may have at most 256 characters.' },
  token_has_control_characters: { status: 400, message: 'The new token must not contain control characters.' },
  token_has_surrounding_blanks: { status: 400, message: 'The new token must not begin or end with a blank.' },
  tokens_do_not_match: { status: 400, message: 'The token and its confirmation differ.' },
  https_required: { status: 400, message: 'This port speaks https: begin the address with https:// or wss://.' },
  precondition_failed: { status: 400, message: 'The gateway cannot be started as things stand.' },
  unauthorized: { status: 401, message: 'Sign in, or send the launcher token as "Authorization: Bearer …".' },
  invalid_token: { status: 401, message: 'That is not the launcher token.' },
  invalid_setup_token: { status: 401, message: 'Enter the token that the launcher printed when it started.' },
  invalid_credentials: {
    status: 403,
    message: 'No valid session or token came with this WebSocket.',
    shown: 'invalid_token',
  },
  origin_not_allowed: { status: 403, message: 'A page of another origin may not open this WebSocket.' },
  cross_site: { status: 403, message: 'The request came from another site.' },
  network_not_allowed: { status: 403, message: 'Your address is not in allowed_cidrs of launcher-config.json.' },
  not_found: { status: 404, message: 'There is nothing at this address.' },
  session_not_found: { status: 404, message: 'There is no session of that id.' },
  unknown_model: { status: 404, message: 'No entry of model_list has that name.' },
  method_not_allowed: { status: 405, message: 'This address does not support that method.' },
  request_timeout: { status: 408, message: 'The request took too long to arrive.' },
  gateway_busy: { status: 409, message: 'The gateway is being started or stopped; try again when that is done.' },
  not_a_gateway: { status: 409, message: 'The process in the pid file is not our gateway, so it is left alone.' },
  already_set_up: { status: 409, message: 'The launcher is set up already: sign in with its token.' },
  token_managed_by_env: { status: 409, message: 'The token comes from PICOCLAW_LAUNCHER_TOKEN: change it there.' },
  channel_token_managed_elsewhere: { status: 409, message: 'The channel token is kept elsewhere: change it there.' },
  config_conflict: { status: 409, message: 'The configuration was changed by someone else; load it again.' },
  would_lock_out: { status: 409, message: 'You would not get in any more; repeat with ?confirm=1 if that is wanted.' },
  body_too_large: { status: 413, message: 'The request body is over 16 KiB.' },
  unsupported_media_type: { status: 415, message: 'Send JSON (Content-Type: application/json).' },
  expectation_failed: { status: 417, message: 'Only "Expect: 100-continue" is met.' },
  host_not_allowed: { status: 421, message: 'The launcher does not know itself by this host name.' },
  upgrade_required: { status: 426, message: 'Connect here with a WebSocket client.' },
  unsupported_websocket_version: { status: 426, message: 'Only WebSocket version 13 is supported.' },
  too_many_attempts: { status: 429, message: 'Too many sign-in attempts; wait a little and try again.' },
  headers_too_large: { status: 431, message: 'The request headers are too large.' },
  internal_error: { status: 500, message: 'The launcher failed; its log says why.' },
  bad_gateway: { status: 502, message: 'The gateway answered with something that is not a WebSocket.' },
  gateway_start_failed: { status: 502, message: 'The gateway did not start; its last log lines say why.' },
  gateway_unavailable: { status: 503, message: 'The gateway is not running or not reachable.' },
  too_many_connections: { status: 503, message: 'Too many connections are open; close some and try again.' },
  too_many_pending: { status: 503, message: 'Too many connections are being opened at once; try again.' },
  config_unavailable: { status: 503, message: 'The configuration cannot be read or written; the log says why.' },
  gateway_timeout: { status: 504, message: 'The gateway did not answer within 10 seconds.' },
} as const satisfies Readonly<Record<string, ErrorRow>>;

/** A stable error code; programs match it, never the message. */
export type ErrorCode = keyof typeof errors;

/** For replies that no gate has passed: what `access/headers.ts` says, for a page without anything of its own. */
export const bareHeaders = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** What may differ from the table in one reply. */
export interface ErrorDetails {
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is wrong with which field of the body, for those who show it there. */
  readonly issues?: readonly { readonly key: string; readonly message: string }[];
}

/** The body of an error reply. */
export function errorBody(code: ErrorCode, details: ErrorDetails = {}) {
  const { message, shown = code }: ErrorRow = errors[code];
  const { issues } = details;
  return { error: shown, message: details.message ?? message, ...(issues && { issues }) };
}

/** Answers with an error: a page where a browser navigates, JSON everywhere else. */
export function sendError(request: FastifyRequest, reply: FastifyReply, code: ErrorCode, details: ErrorDetails = {}) {
  const body = errorBody(code, details);
  reply.code(errors[code].status).header('cache-control', 'no-store');
  if (details.headers !== undefined) reply.headers(details.headers);
  if (!isNavigation(request)) return reply.send(body);
  return reply.type('text/html; charset=utf-8').send(errorPage(errors[code].status, body.message));
}

/** Whether a browser is loading a page. */
export function isNavigation(request: FastifyRequest): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead && request.headers.upgrade === undefined && (request.headers.accept ?? '').includes('text/html');
}

/** A complete HTTP reply for a socket that is no longer in Fastify's hands. ASCII only: what is written raw is not latin1. */
export function rawErrorReply(code: ErrorCode, details: ErrorDetails = {}): string {
  const body = JSON.stringify(errorBody(code, details));
  const { status } = errors[code];
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    connection: 'close',
    ...bareHeaders,
    ...details.headers,
  };
  return rawReply(status, headers, body);
}

/** Writes a reply as it goes over the wire. */
export function rawReply(status: number, headers: Readonly<Record<string, string>>, body: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n');
}

function errorPage(status: number, message: string): string {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · PicoClaw</title><h1>${title}</h1><p>${escapeHtml(message)}</p></html>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
