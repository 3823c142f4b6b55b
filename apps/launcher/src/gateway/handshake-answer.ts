import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { bareHeaders, rawReply } from '../errors.ts';
import { forwardedHeaders } from './forwarded-headers.ts';

/** What was asked for in the handshake that the gateway answers. */
export interface Handshake {
  readonly key: string;
  /** Subprotocols and extensions as they were offered. */
  readonly protocols: string | undefined;
  readonly extensions: string | undefined;
}

/** RFC 6455, 1.3. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const MAX_REFUSAL_BYTES = 64 * 1024;
/** A refusal's headers that mean something to the client; `set-cookie` and the hop-by-hop ones stay behind. */
const REFUSAL_HEADERS = ['content-type', 'retry-after', 'www-authenticate', 'sec-websocket-version'];
/** http-proxy writes header strings as UTF-8, though they were read as latin1: nothing else survives that. */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** The `Sec-WebSocket-Accept` that belongs to a key (RFC 6455, 4.2.2). */
function acceptFor(key: string): string {
  return createHash('sha1')
    .update(key + WEBSOCKET_GUID)
    .digest('base64');
}

/** Why a 101 is not the answer to our handshake (RFC 6455, 4.1), or `undefined`. */
export function problemOf101({ headers }: Pick<IncomingMessage, 'headers'>, asked: Handshake): string | undefined {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'the 101 is for another protocol';
  if (headers['sec-websocket-accept'] !== acceptFor(asked.key)) return 'the 101 has a wrong Sec-WebSocket-Accept';
  const selected = headers['sec-websocket-protocol'];
  if (selected !== undefined && !listed(asked.protocols).includes(selected))
    return 'the 101 selects a subprotocol that was not offered';
  const extensions = headers['sec-websocket-extensions'] ?? '';
  const offered = listed(asked.extensions).map(nameOf);
  if (!PRINTABLE_ASCII.test(extensions) || !listed(extensions).every((one) => offered.includes(nameOf(one))))
    return 'the 101 selects an extension that was not offered';
  return undefined;
}

/** The reply's headers, made anew: nothing of the gateway's is copied but what the handshake needs. */
export function headersOf101(
  { headers }: Pick<IncomingMessage, 'headers'>,
  subprotocol: string | undefined,
): Record<string, string> {
  return {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': headers['sec-websocket-accept'] ?? '',
    ...(subprotocol !== undefined && { 'Sec-WebSocket-Protocol': subprotocol }),
    ...(headers['sec-websocket-extensions'] && { 'Sec-WebSocket-Extensions': headers['sec-websocket-extensions'] }),
  };
}

/** Reads the gateway's own refusal and makes a reply of it: its status, what matters of the headers, a bounded body. */
export function readRefusal(response: IncomingMessage, onReply: (reply: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_REFUSAL_BYTES) chunks.push(chunk);
    else response.destroy();
  });
  response.once('close', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    const kept = Object.entries(forwardedHeaders(response.headers, REFUSAL_HEADERS)).filter(([, value]) =>
      PRINTABLE_ASCII.test(value),
    );
    // The body arrives here without its chunks, so its length is what frames it.
    const length = String(Buffer.byteLength(body));
    const headers = { ...Object.fromEntries(kept), ...bareHeaders, 'content-length': length, connection: 'close' };
    onReply(rawReply(response.statusCode ?? 502, headers, body));
  });
}

const listed = (header = ''): string[] =>
  header
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** `permessage-deflate; client_max_window_bits` names `permessage-deflate`. */
const nameOf = (extension: string): string => (extension.split(';')[0] ?? '').trim().toLowerCase();
