import type { IncomingMessage } from 'node:http';

/** A refusal as the HTTP reply that tells it. */
export interface RequestProblem {
  readonly statusCode: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** 16 bytes in base64: 22 characters and two of padding. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

const bad = (message: string): RequestProblem => ({ statusCode: 400, code: 'bad_handshake', message });

/** What is wrong with a WebSocket opening handshake (RFC 6455, 4.2.1), as a ladder of guards; `undefined` when it is fine. */
export function handshakeProblem(
  request: Pick<IncomingMessage, 'method' | 'headers' | 'httpVersion'>,
): RequestProblem | undefined {
  const { headers } = request;
  if (request.method !== 'GET') {
    return {
      statusCode: 405,
      code: 'method_not_allowed',
      message: 'A WebSocket is opened with GET.',
      headers: { allow: 'GET' },
    };
  }
  // A body would stay in the socket and be read as a second request by whoever comes next (request smuggling).
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0) {
    return bad('A WebSocket handshake has no body.');
  }
  if (request.httpVersion !== '1.1') return bad('A WebSocket handshake needs HTTP/1.1.');
  if (headers.upgrade?.toLowerCase() !== 'websocket') return bad('Only "Upgrade: websocket" is supported.');
  if (headers['sec-websocket-version'] !== '13') {
    return {
      statusCode: 426,
      code: 'unsupported_websocket_version',
      message: 'Only WebSocket version 13 is supported.',
      headers: { 'sec-websocket-version': '13' },
    };
  }
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) {
    return bad('The Sec-WebSocket-Key header is not 16 bytes in base64.');
  }
  return offerProblem(headers);
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const list = (element: string): RegExp => new RegExp(`^${element}(?:[ \\t]*,[ \\t]*${element})*$`);
const SUBPROTOCOLS = list(TOKEN);
// A quoted value must be a token too once its quotes are off (RFC 6455, 9.1).
const EXTENSIONS = list(`${TOKEN}(?:[ \\t]*;[ \\t]*${TOKEN}(?:=(?:${TOKEN}|"${TOKEN}"))?)*`);

/** What is wrong with the subprotocols and extensions of a handshake (RFC 6455, 4.1 and 9.1): they are passed on as they are. */
function offerProblem({
  'sec-websocket-protocol': protocols,
  'sec-websocket-extensions': extensions,
}: IncomingMessage['headers']): RequestProblem | undefined {
  if (protocols !== undefined) {
    const names = protocols.split(',').map((name) => name.trim());
    if (!SUBPROTOCOLS.test(protocols) || new Set(names).size < names.length) {
      return bad('The Sec-WebSocket-Protocol header is not a list of different names.');
    }
  }
  if (extensions !== undefined && !EXTENSIONS.test(extensions)) {
    return bad('The Sec-WebSocket-Extensions header is malformed.');
  }
  return undefined;
}
