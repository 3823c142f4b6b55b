// What strangers send: none of it may be let in, none may cost more than an answer.

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** @param {...string} lines */
const request = (...lines) => `${lines.join('\r\n')}\r\n\r\n`;
/** @param {string} path @param {...string} headers */
const upgrade = (path, ...headers) =>
  request(
    ...[`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket'],
    ...['Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${KEY}`, ...headers],
  );
/** @param {string} path @param {...string} headers */
const get = (path, ...headers) => request(`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...headers);
/** @param {string} path @param {string} body @param {...string} headers */
const post = (path, body, ...headers) =>
  request(
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: close',
    `Content-Length: ${body.length}`,
    ...headers,
  ) + body;
const JSON_TYPE = 'Content-Type: application/json';

/**
 * Each with what its sender does then: reads the answer to its end, resets at once, or never comes to the end of what it
 * says and resets after a while.
 * @type {readonly { name: string; bytes: string; next: 'read' | 'reset' | 'linger' }[]}
 */
export const hostileRequests = [
  { name: 'upgrade without a token', bytes: upgrade('/pico/ws'), next: 'read' },
  { name: 'upgrade with a wrong token', bytes: upgrade('/pico/ws', 'Authorization: Bearer wrong'), next: 'read' },
  {
    name: 'upgrade with a wrong subprotocol token',
    bytes: upgrade('/pico/ws', 'Sec-WebSocket-Protocol: token.wrong'),
    next: 'read',
  },
  {
    name: 'upgrade with a forged cookie',
    bytes: upgrade('/pico/ws', 'Cookie: picoclaw_launcher_auth=e30.x'),
    next: 'read',
  },
  { name: 'upgrade of a foreign origin', bytes: upgrade('/pico/ws', 'Origin: http://localhost.evil'), next: 'read' },
  { name: 'upgrade of another version', bytes: upgrade('/pico/ws').replace('Version: 13', 'Version: 8'), next: 'read' },
  { name: 'upgrade with a bad key', bytes: upgrade('/pico/ws').replace(KEY, 'short'), next: 'read' },
  { name: 'upgrade with a body', bytes: `${upgrade('/pico/ws', 'Content-Length: 5')}hello`, next: 'read' },
  { name: 'upgrade of a page', bytes: upgrade('/api/gateway/status'), next: 'read' },
  { name: 'upgrade of the events', bytes: upgrade('/api/events'), next: 'read' },
  { name: 'upgrade and reset', bytes: upgrade('/pico/ws'), next: 'reset' },
  { name: 'half an upgrade', bytes: upgrade('/pico/ws').slice(0, 90), next: 'linger' },
  { name: 'API without a token', bytes: get('/api/gateway/status'), next: 'read' },
  { name: 'API with a wrong token', bytes: get('/api/sessions', 'Authorization: Bearer wrong'), next: 'read' },
  { name: 'API by tricks', bytes: get('//api/sessions'), next: 'read' },
  { name: 'a file outside', bytes: get('/assets/..%2f..%2fetc/passwd'), next: 'read' },
  { name: 'a foreign host', bytes: get('/').replace('Host: 127.0.0.1', 'Host: evil.example'), next: 'read' },
  { name: 'two hosts', bytes: get('/', 'Host: evil.example'), next: 'read' },
  { name: 'sign-in with a wrong token', bytes: post('/login', '{"token":"wrong"}', JSON_TYPE), next: 'read' },
  {
    name: 'sign-in of another type',
    bytes: post('/login', '{"token":"wrong"}', 'Content-Type: text/plain'),
    next: 'read',
  },
  { name: 'broken JSON', bytes: post('/login', '{"token":', JSON_TYPE), next: 'read' },
  {
    name: 'a body that is too large',
    bytes: post('/login', `{"token":"${'x'.repeat(20_000)}"}`, JSON_TYPE),
    next: 'read',
  },
  {
    name: 'a body that never comes',
    bytes: post('/login', '', JSON_TYPE).replace('Length: 0', 'Length: 99'),
    next: 'linger',
  },
  { name: 'two lengths', bytes: post('/login', '{}', JSON_TYPE, 'Content-Length: 9'), next: 'read' },
  {
    name: 'length and chunks',
    bytes: post('/login', '0\r\n\r\n', JSON_TYPE, 'Transfer-Encoding: chunked'),
    next: 'read',
  },
  { name: 'headers that are too large', bytes: get('/', `X-Large: ${'x'.repeat(20_000)}`), next: 'read' },
  { name: 'a method that nobody knows', bytes: get('/').replace('GET', 'BREW'), next: 'read' },
  { name: 'an absolute address', bytes: get('http://evil.example/'), next: 'read' },
  { name: 'no HTTP at all', bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', next: 'read' },
  { name: 'the preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', next: 'read' },
  { name: 'nothing', bytes: '', next: 'reset' },
  { name: 'nothing for a while', bytes: '', next: 'linger' },
];
