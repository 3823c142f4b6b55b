import { closes, either, get, handshake, head, keeps, type Row, row } from '../support/row.ts';

const KEY = 'Sec-WebSocket-Key';
const VERSION = 'Sec-WebSocket-Version';
const PROTOCOL = 'Sec-WebSocket-Protocol';
const EXTENSIONS = 'Sec-WebSocket-Extensions';
const GOOD_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const twice = (name: string, value: string): string => `${value}\r\n${name}: ${value}`;
const bodied = (lines: Record<string, string>, body: string): string => `${handshake(lines)}${body}`;

/** RFC 6455, 4.1 and 4.2.1: the opening handshake, as the server reads it. */
export const handshakeRows: readonly Row[] = [
  row('as it should be', handshake(), closes(101)),
  row('websocket in capitals', handshake({ Upgrade: 'WEBSOCKET' }), closes(101)),
  row('upgrade in other letters of case', handshake({ Connection: 'uPGRADE' }), closes(101)),
  row('Connection as browsers send it', handshake({ Connection: 'keep-alive, Upgrade' }), closes(101)),
  row('Upgrade before others', handshake({ Connection: 'Upgrade, keep-alive, TE' }), closes(101)),
  row('Connection over two lines', handshake({ Connection: 'keep-alive\r\nConnection: Upgrade' }), closes(101)),
  row('an empty body announced', handshake({ 'Content-Length': '0' }), closes(101)),
  row('one subprotocol', handshake({ [PROTOCOL]: 'pico.v1' }), closes(101)),
  row('two subprotocols', handshake({ [PROTOCOL]: 'pico.v2, pico.v1' }), closes(101)),
  row('two subprotocols over two lines', handshake({ [PROTOCOL]: `pico.v2\r\n${PROTOCOL}: pico.v1` }), closes(101)),
  row('an extension', handshake({ [EXTENSIONS]: 'permessage-deflate; client_max_window_bits' }), closes(101)),
  row('an extension with a quoted value', handshake({ [EXTENSIONS]: 'a; b="c", d' }), closes(101)),

  row('version 8', handshake({ [VERSION]: '8' }), closes(426)),
  row('version 0', handshake({ [VERSION]: '0' }), closes(426)),
  row('version 14', handshake({ [VERSION]: '14' }), closes(426)),
  row('version 013', handshake({ [VERSION]: '013' }), closes(426)),
  row('version 13.0', handshake({ [VERSION]: '13.0' }), closes(426)),
  row('version +13', handshake({ [VERSION]: '+13' }), closes(426)),
  row('no version', handshake({ [VERSION]: undefined }), closes(426)),
  row('an empty version', handshake({ [VERSION]: '' }), closes(426)),
  row('a list of versions', handshake({ [VERSION]: '13, 8' }), closes(426)),
  row('the version twice', handshake({ [VERSION]: twice(VERSION, '13') }), closes(426)),

  row('no key', handshake({ [KEY]: undefined }), closes(400)),
  row('an empty key', handshake({ [KEY]: '' }), closes(400)),
  row('a key of 15 bytes', handshake({ [KEY]: 'dGhlIHNhbXBsZSBub25j' }), closes(400)),
  row('a key of 17 bytes', handshake({ [KEY]: 'dGhlIHNhbXBsZSBub25jZWU=' }), closes(400)),
  row('a key without its padding', handshake({ [KEY]: 'dGhlIHNhbXBsZSBub25jZQ' }), closes(400)),
  row('a key in base64url', handshake({ [KEY]: '-_-_IHNhbXBsZSBub25jZQ==' }), closes(400)),
  row('a key with bits that no byte has', handshake({ [KEY]: 'dGhlIHNhbXBsZSBub25jZR==' }), closes(400)),
  row('a key with a blank in it', handshake({ [KEY]: 'dGhlIHNhbXBs ZSBub25jZQ==' }), closes(400)),
  row('two keys that are equal', handshake({ [KEY]: twice(KEY, GOOD_KEY) }), closes(400)),
  row('two keys that differ', handshake({ [KEY]: `${GOOD_KEY}\r\n${KEY}: AAAAAAAAAAAAAAAAAAAAAA==` }), closes(400)),

  row('POST', handshake({}, 'POST {socket} HTTP/1.1'), closes(405)),
  row('OPTIONS', handshake({}, 'OPTIONS {socket} HTTP/1.1'), closes(405)),
  row('DELETE', handshake({}, 'DELETE {socket} HTTP/1.1'), closes(405)),
  row('HTTP/1.0', handshake({}, 'GET {socket} HTTP/1.0'), closes(400)),
  row('HTTP/2.0', handshake({}, 'GET {socket} HTTP/2.0'), closes(400)),
  row('absolute-form', handshake({}, 'GET ws://localhost{socket} HTTP/1.1'), closes(400)),
  row('no Host', handshake({ Host: undefined }), closes(400)),
  row('two Host lines', handshake({ Host: twice('Host', 'localhost') }), closes(400)),
  row('a folded line', handshake({ Connection: 'Upgrade\r\n X' }), closes(400)),

  row('h2c', handshake({ Upgrade: 'h2c' }), closes(400)),
  row(
    'h2c as curl asks for it',
    get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'),
    closes(400),
  ),
  row('TLS', handshake({ Upgrade: 'TLS/1.0' }), closes(400)),
  row('an empty Upgrade', handshake({ Upgrade: '' }), either('Node may see no upgrade in it', keeps(426), closes(400))),
  row('websocket with a version', handshake({ Upgrade: 'websocket/13' }), closes(400)),
  row('websocket among others', handshake({ Upgrade: 'h2c, websocket' }), closes(400)),
  row('websocket before others', handshake({ Upgrade: 'websocket, h2c' }), closes(400)),
  row('websocket twice', handshake({ Upgrade: twice('Upgrade', 'websocket') }), closes(400)),
  row('no Upgrade', handshake({ Upgrade: undefined }), keeps(426)),
  row('no Connection', handshake({ Connection: undefined }), keeps(426)),
  row('a Connection that names something else', handshake({ Connection: 'keep-alive' }), keeps(426)),
  row('a Connection that only begins like it', handshake({ Connection: 'upgraded' }), keeps(426)),

  row('a body by its length', bodied({ 'Content-Length': '5' }, 'hello'), closes(400)),
  row('a request as its body', bodied({ 'Content-Length': '{smuggled}' }, get()), closes(400)),
  row('a body in chunks', bodied({ 'Transfer-Encoding': 'chunked' }, '5\r\nhello\r\n0\r\n\r\n'), closes(400)),
  row('an empty body in chunks', bodied({ 'Transfer-Encoding': 'chunked' }, '0\r\n\r\n'), closes(400)),
  row('another coding', bodied({ 'Transfer-Encoding': 'gzip' }, ''), closes(400)),
  row('two lengths', bodied({ 'Content-Length': twice('Content-Length', '0') }, ''), closes(400)),
  row(
    'a length and chunks',
    bodied({ 'Content-Length': '0', 'Transfer-Encoding': 'chunked' }, '0\r\n\r\n'),
    closes(400),
  ),
  row('Expect: 100-continue', handshake({ Expect: '100-continue' }), closes(101)),
  row('a Trailer', handshake({ Trailer: 'X-Late' }), closes(101)),

  row('an empty subprotocol', handshake({ [PROTOCOL]: '' }), closes(400)),
  row('a comma for subprotocols', handshake({ [PROTOCOL]: ',' }), closes(400)),
  row('an empty one among subprotocols', handshake({ [PROTOCOL]: 'pico.v1,,pico.v2' }), closes(400)),
  row('a subprotocol with a blank', handshake({ [PROTOCOL]: 'pico v1' }), closes(400)),
  row('a subprotocol in quotes', handshake({ [PROTOCOL]: '"pico.v1"' }), closes(400)),
  row('a subprotocol with a slash', handshake({ [PROTOCOL]: 'pico/v1' }), closes(400)),
  row('a subprotocol of other letters', handshake({ [PROTOCOL]: 'p\xefco' }), closes(400)),
  row('a subprotocol twice', handshake({ [PROTOCOL]: 'pico.v1, pico.v1' }), closes(400)),
  row('a subprotocol with a semicolon', handshake({ [PROTOCOL]: 'pico.v1;q=1' }), closes(400)),
  row('an empty extension', handshake({ [EXTENSIONS]: '' }), closes(400)),
  row('an extension without a name', handshake({ [EXTENSIONS]: '; a=b' }), closes(400)),
  row('an extension with a broken parameter', handshake({ [EXTENSIONS]: 'a; b=' }), closes(400)),
  row('an extension with an open quote', handshake({ [EXTENSIONS]: 'a; b="c' }), closes(400)),
  row('an extension with other letters', handshake({ [EXTENSIONS]: '\xe9' }), closes(400)),

  row('a path that has no WebSocket', handshake({}, 'GET {path} HTTP/1.1'), {
    launcher: closes(400),
    gateway: closes(404),
  }),
  row('a proxied path that has no WebSocket', handshake({}, 'GET {path} HTTP/1.1'), { proxied: closes(400) }),
  row(
    'no credentials',
    head(
      'GET {socket} HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      `${VERSION}: 13`,
      `${KEY}: ${GOOD_KEY}`,
    ),
    {
      launcher: closes(401),
      proxied: closes(403),
      gateway: closes(401),
    },
  ),
];
