import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { Subprotocol } from '@picoclaw/protocol';
import { Secret } from './secret.ts';

/** What credentials are read from; a Node `IncomingMessage` is one. */
export interface CredentialRequest {
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, value …: the only place where a repeated header is still visible. */
  readonly rawHeaders?: readonly string[];
  /** Path and query as they stand in the request line. */
  readonly url?: string | undefined;
}

/** One way of presenting a token: not used, used wrongly, or used. */
export type Presented =
  | { readonly state: 'none' }
  | { readonly state: 'malformed' }
  | { readonly state: 'presented'; readonly token: Secret };

/** Every token that a request carries, by the way it came. */
export interface PresentedCredentials {
  readonly bearer: Presented;
  readonly subprotocol: readonly Secret[];
  readonly query: Presented;
}

const NONE: Presented = { state: 'none' };
const MALFORMED: Presented = { state: 'malformed' };

/** Reads all tokens of a request; decides nothing. Never throws. */
export function presentedCredentials(request: CredentialRequest): PresentedCredentials {
  return {
    bearer: presentedBearer(request),
    subprotocol: presentedSubprotocols(request),
    query: presentedQuery(request.url ?? ''),
  };
}

/** The subprotocols a WebSocket client offers, in order (RFC 6455, 11.3.4: a comma list, possibly over several lines). */
export function offeredSubprotocols(headers: IncomingHttpHeaders): string[] {
  const header = headers['sec-websocket-protocol'] ?? '';
  return header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function presentedBearer({ headers, rawHeaders = [] }: CredentialRequest): Presented {
  const header = headers.authorization;
  if (header === undefined) return NONE;
  // Node keeps the first of two lines; a proxy in front may have judged the other one.
  const lines = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization').length;
  const [, token] = /^bearer[ \t]+([^ \t]+)[ \t]*$/i.exec(header) ?? [];
  if (lines > 1 || token === undefined) return MALFORMED;
  return { state: 'presented', token: new Secret(decodeHeaderBytes(token)) };
}

/** Node hands out header bytes as latin1; a token of other letters was sent as UTF-8. */
function decodeHeaderBytes(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

function presentedSubprotocols({ headers }: CredentialRequest): Secret[] {
  return offeredSubprotocols(headers)
    .filter((name) => name.startsWith(Subprotocol.tokenPrefix))
    .map((name) => new Secret(name.slice(Subprotocol.tokenPrefix.length)));
}

function presentedQuery(url: string): Presented {
  const start = url.indexOf('?');
  if (start < 0) return NONE;
  const values = new URLSearchParams(url.slice(start + 1)).getAll('token');
  if (values.length === 0) return NONE;
  const token = values[0]?.trim() ?? '';
  if (values.length > 1 || token === '') return MALFORMED;
  return { state: 'presented', token: new Secret(token) };
}
