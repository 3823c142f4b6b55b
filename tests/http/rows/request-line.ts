import { closes, either, get, head, keeps, type Row, row } from '../support/row.ts';

const REST = ['Host: localhost', '{auth}'] as const;
const line = (text: string): string => head(text, ...REST);
const KILOBYTE = 'x'.repeat(1024);

const lenient = either('llhttp takes several blanks for one, which RFC 9112, 3 leaves open', keeps(200), closes(400));

/** RFC 9112, 2 and 3: the request line. Only origin-form is served (launcher-http.md). */
export const requestLineRows: readonly Row[] = [
  row('a plain request', line('GET {path} HTTP/1.1'), keeps(200)),
  row('an empty line before it (2.2)', `\r\n${line('GET {path} HTTP/1.1')}`, keeps(200)),
  row('several empty lines before it', `\r\n\r\n\r\n${line('GET {path} HTTP/1.1')}`, keeps(200)),
  row('a query with a question mark in it', line('GET {path}?a=?b HTTP/1.1'), keeps(200)),
  row('a long query that still fits', line(`GET {path}?${KILOBYTE.repeat(10)} HTTP/1.1`), keeps(200)),

  row('absolute-form of its own name', line('GET http://localhost{path} HTTP/1.1'), closes(400)),
  row('absolute-form of another name', line('GET http://evil.example{path} HTTP/1.1'), closes(400)),
  row('absolute-form of https', line('GET https://localhost{path} HTTP/1.1'), closes(400)),
  row('absolute-form in capitals', line('GET HTTP://LOCALHOST{path} HTTP/1.1'), closes(400)),
  row('absolute-form with a user', line('GET http://a:b@localhost{path} HTTP/1.1'), closes(400)),
  row('absolute-form that the router cannot read', line('GET http://localhost:99x{path} HTTP/1.1'), keeps(400)),
  row('absolute-form of a foreign scheme', line('GET file:///etc/passwd HTTP/1.1'), closes(400)),
  row('absolute-form by POST', line('POST http://localhost{post} HTTP/1.1'), closes(400)),
  row('authority-form', line('GET localhost:80 HTTP/1.1'), closes(400)),
  row('asterisk-form by GET', line('GET * HTTP/1.1'), closes(400)),
  row('asterisk-form by OPTIONS', line('OPTIONS * HTTP/1.1'), closes(400)),
  row('a path without a slash', line('GET health HTTP/1.1'), closes(400)),
  row('CONNECT', line('CONNECT 127.0.0.1:22 HTTP/1.1'), closes(405)),
  row('CONNECT of a path', line('CONNECT {path} HTTP/1.1'), closes(405)),

  row('no target', line('GET HTTP/1.1'), closes(400)),
  row('two blanks for a target', line('GET  HTTP/1.1'), closes(400)),
  row('two blanks before the target', line('GET  {path} HTTP/1.1'), lenient),
  row('two blanks before the version', line('GET {path}  HTTP/1.1'), lenient),
  row('a tab before the target', line('GET\t{path} HTTP/1.1'), closes(400)),
  row('a blank within the target', line('GET {path} x HTTP/1.1'), closes(400)),
  row('a blank before the method', line(' GET {path} HTTP/1.1'), closes(400)),
  row('a blank behind the version', line('GET {path} HTTP/1.1 '), closes(400)),
  row('only a method', 'GET\r\n\r\n', closes(400)),
  row('a lower case method', line('get {path} HTTP/1.1'), closes(400)),
  row('a method with a control character', line('G\x01T {path} HTTP/1.1'), closes(400)),
  row('a method that is no token', line('G@T {path} HTTP/1.1'), closes(400)),
  row('no HTTP at all', 'HELLO\r\n\r\n', closes(400)),
  row('a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', closes(400)),
  row('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', closes(400)),
  row('a bare LF behind the line', `GET {path} HTTP/1.1\n${head(...REST)}`, closes(400)),
  row('a bare CR behind the line', `GET {path} HTTP/1.1\r${head(...REST)}`, closes(400)),

  row('no version (HTTP/0.9)', 'GET {path}\r\n\r\n', closes(400)),
  row('HTTP/0.9 by name', line('GET {path} HTTP/0.9'), closes(400)),
  row('HTTP/2.0', line('GET {path} HTTP/2.0'), closes(400)),
  row('HTTP/1.2', line('GET {path} HTTP/1.2'), closes(400)),
  row('HTTP/1.10', line('GET {path} HTTP/1.10'), closes(400)),
  row('HTTP/11', line('GET {path} HTTP/11'), closes(400)),
  row('HTTP/1.', line('GET {path} HTTP/1.'), closes(400)),
  row('HTTP/+1.1', line('GET {path} HTTP/+1.1'), closes(400)),
  row('http in lower case', line('GET {path} http/1.1'), closes(400)),
  row('another protocol', line('GET {path} ICY/1.1'), closes(400)),

  row('HTTP/1.0', line('GET {path} HTTP/1.0'), closes(200)),
  row('HTTP/1.0 that asks to go on', head('GET {path} HTTP/1.0', ...REST, 'Connection: keep-alive'), keeps(200)),
  row('HTTP/1.0 without a Host', head('GET {path} HTTP/1.0', '{auth}'), closes(400)),

  row('a target over the limit', line(`GET {path}?${KILOBYTE.repeat(17)} HTTP/1.1`), closes(431)),
  row('a path over the limit', line(`GET /${KILOBYTE.repeat(17)} HTTP/1.1`), closes(431)),
  row('NUL in the target', line('GET {path}\x00 HTTP/1.1'), closes(400)),
  row('a control character in the target', line('GET {path}\x01 HTTP/1.1'), closes(400)),
  row('DEL in the target', line('GET {path}?\x7f HTTP/1.1'), closes(400)),
  row('a byte over 127 in the target', line('GET {path}?\xe9 HTTP/1.1'), closes(400)),
  row('a fragment, which the router cuts off before it matches', line('GET {path}#top HTTP/1.1'), keeps(200)),
  row('an escape that is none', line('GET /%zz HTTP/1.1'), keeps(400)),
  row('the right line behind a line break in a value', get('X: a', 'Y: GET / HTTP/1.1'), keeps(200)),
];
