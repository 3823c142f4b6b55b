import { describe, expect, it } from 'vitest';
import { handshakeProblem } from '../src/index.ts';

const good = {
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const statusOf = (headers: Record<string, string | undefined>, method = 'GET', httpVersion = '1.1') =>
  handshakeProblem({ method, httpVersion, headers: { ...good, ...headers } })?.statusCode;

describe('a WebSocket handshake', () => {
  it.each([
    ['as in RFC 6455', {}],
    ['with the protocol in capitals', { upgrade: 'WebSocket' }],
    ['with an empty body announced', { 'content-length': '0' }],
    ['with subprotocols', { 'sec-websocket-protocol': 'pico.v2 ,\tpico.v1' }],
    ['with an extension', { 'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits="10", x' }],
  ])('is fine %s', (_name, headers) => {
    expect(statusOf(headers)).toBeUndefined();
  });

  it.each([
    ['h2c', { upgrade: 'h2c' }, 400],
    ['an old version', { 'sec-websocket-version': '8' }, 426],
    ['no version', { 'sec-websocket-version': undefined }, 426],
    ['no key', { 'sec-websocket-key': undefined }, 400],
    ['a short key', { 'sec-websocket-key': 'c2hvcnQ=' }, 400],
    ['a key that is not canonical base64', { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZR==' }, 400],
    ['a body by length', { 'content-length': '5' }, 400],
    ['a body in chunks', { 'transfer-encoding': 'chunked' }, 400],
    ['a subprotocol that is no token', { 'sec-websocket-protocol': 'pico v1' }, 400],
    ['a subprotocol twice', { 'sec-websocket-protocol': 'pico.v1, pico.v1' }, 400],
    ['no subprotocol between two commas', { 'sec-websocket-protocol': 'a,,b' }, 400],
    ['an extension without a name', { 'sec-websocket-extensions': ';a=b' }, 400],
  ])('is refused with %s', (_name, headers, status) => {
    expect(statusOf(headers)).toBe(status);
  });

  it('is refused for another method or HTTP/1.0', () => {
    expect(statusOf({}, 'POST')).toBe(405);
    expect(statusOf({}, 'GET', '1.0')).toBe(400);
  });
});
