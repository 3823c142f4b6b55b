import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A `Host` header, taken apart: lower case, brackets of an IPv6 literal removed. */
export interface ParsedHost {
  readonly hostname: string;
  readonly port: number | undefined;
  readonly isIpLiteral: boolean;
}

// RFC 9110, 7.2 with RFC 3986's reg-name narrowed to what names of hosts really use (no percent escapes, no userinfo).
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?)(?::(\d{1,5}))?$/i;

/** Also as ipaddr.js and old resolvers read them, `0x7f.1` among them; it is thorough, and asked with each request. */
const MAY_BE_ADDRESS = /^\d|:/;

/** Takes a `Host` value apart; `undefined` when it is malformed. */
export function parseHost(header: string): ParsedHost | undefined {
  const [, name, portText] = HOST.exec(header) ?? [];
  if (name === undefined) return undefined;
  const hostname = name.replace(/^\[|\]$/g, '').toLowerCase();
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const isIpLiteral = isIP(hostname) > 0 || (MAY_BE_ADDRESS.test(hostname) && ipaddr.isValid(hostname));
  if (name.startsWith('[') && !isIpLiteral) return undefined;
  return { hostname, port, isIpLiteral };
}

/** Why a request's `Host` lines are refused with 400 (RFC 9112, 3.2: one line, well-formed), or `undefined`. */
export function hostSyntaxProblem(request: Pick<IncomingMessage, 'rawHeaders'>): string | undefined {
  const { rawHeaders } = request;
  let value: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (value !== undefined) return 'The request has more than one Host header.';
    value = rawHeaders[index + 1];
  }
  return parseHost(value ?? '') === undefined ? 'The Host header is missing or malformed.' : undefined;
}
