import { closes, either, get, head, keeps, post, type Row, row } from '../support/row.ts';

const CHUNKED = 'Transfer-Encoding: chunked';
/** What ends a body for whoever reads chunks, and begins a request for whoever does not. */
const CHUNKS = '{chunks}';
const EMPTY = '0\r\n\r\n';
const SMUGGLED = get();
const read = { launcher: keeps(200), gateway: keeps(200), proxied: keeps(405) };
const coded = (...lines: string[]): string => `${post(...lines)}${CHUNKS}`;
const encoding = (value: string): string => coded(`Transfer-Encoding: ${value}`);
const by = (method: string, ...lines: string[]): string =>
  head(`${method} {path} HTTP/1.1`, 'Host: localhost', '{auth}', ...lines);

const strict = (status: number) =>
  either('llhttp refuses blanks behind chunked, though RFC 9112, 5.1 allows them', keeps(status), closes(400));

/** RFC 9112, 6.1: Transfer-Encoding, alone and beside Content-Length. Only `chunked` is served, spelled plainly and once. */
export const transferEncodingRows: readonly Row[] = [
  row('a body in chunks', coded(CHUNKED), read),
  row('chunked in capitals', encoding('CHUNKED'), read),
  row('blanks before chunked', encoding(' \t chunked'), read),
  row('blanks behind chunked', encoding('chunked \t '), {
    launcher: strict(200),
    gateway: strict(200),
    proxied: strict(405),
  }),
  row('an empty body in chunks by GET', `${get(CHUNKED)}${EMPTY}`, keeps(200)),
  row('a request in a chunk of GET', `${get(CHUNKED)}{smuggled:x}\r\n${SMUGGLED}\r\n${EMPTY}`, keeps(200)),
  row('a request behind the chunks of GET', `${get(CHUNKED)}${EMPTY}${SMUGGLED}`, keeps(200, 200)),
  row('a request in a chunk of DELETE', `${by('DELETE', CHUNKED)}{smuggled:x}\r\n${SMUGGLED}\r\n${EMPTY}`, keeps(405)),
  row(
    'a request in a chunk of OPTIONS',
    `${by('OPTIONS', CHUNKED)}{smuggled:x}\r\n${SMUGGLED}\r\n${EMPTY}`,
    keeps(405),
  ),
  row('Expect before a body in chunks', coded('Expect: 100-continue', CHUNKED), {
    launcher: keeps(100, 200),
    gateway: keeps(100, 200),
    proxied: keeps(100, 405),
  }),

  row('CL.TE', `${get('Content-Length: {smuggled+5}', CHUNKED)}${EMPTY}${SMUGGLED}`, closes(400)),
  row('TE.CL', `${get(CHUNKED, 'Content-Length: 4')}{smuggled:x}\r\n${SMUGGLED}\r\n${EMPTY}`, closes(400)),
  row('TE and CL: 0', `${get(CHUNKED, 'Content-Length: 0')}${EMPTY}`, closes(400)),
  row('CL: 0 and TE', `${get('Content-Length: 0', CHUNKED)}${EMPTY}`, closes(400)),
  row('CL and TE by POST', coded('Content-Length: 5', CHUNKED), closes(400)),
  row('CL and TE that is not chunked', coded('Content-Length: 5', 'Transfer-Encoding: identity'), closes(400)),
  row('CL and an empty TE', `${post('Content-Length: {length}', 'Transfer-Encoding:')}{body}`, closes(400)),
  row('CL.TE by DELETE', `${by('DELETE', 'Content-Length: 5', CHUNKED)}${EMPTY}`, closes(400)),

  row('two TE lines', coded(CHUNKED, CHUNKED), closes(400)),
  row('two TE lines, one of another coding', coded('Transfer-Encoding: identity', CHUNKED), closes(400)),
  row('two TE lines, chunked first', coded(CHUNKED, 'Transfer-Encoding: identity'), closes(400)),
  row('chunked twice', encoding('chunked, chunked'), closes(400)),
  row('another coding and chunked', encoding('gzip, chunked'), closes(400)),
  row('chunked and another coding', encoding('chunked, gzip'), closes(400)),
  row('identity', encoding('identity'), closes(400)),
  row('identity and chunked', encoding('identity, chunked'), closes(400)),
  row('gzip', encoding('gzip'), closes(400)),
  row('an empty TE', encoding(''), closes(400)),
  row('an empty element and chunked', encoding(', chunked'), closes(400)),
  row('chunked with a comma behind it', encoding('chunked,'), closes(400)),
  row('chunked with a parameter', encoding('chunked;q=1'), closes(400)),
  row('chunked in quotes', encoding('"chunked"'), closes(400)),
  row('xchunked', encoding('xchunked'), closes(400)),
  row('chunkedx', encoding('chunkedx'), closes(400)),
  row('chunk', encoding('chunk'), closes(400)),
  row('a blank in chunked', encoding('chun ked'), closes(400)),
  row('a vertical tab before chunked', encoding('\x0bchunked'), closes(400)),
  row('a form feed behind chunked', encoding('chunked\x0c'), closes(400)),
  row('NUL behind chunked', encoding('chunked\x00'), closes(400)),
  row('a byte over 127 before chunked', encoding('\xa0chunked'), closes(400)),
  row('a blank before the colon', coded('Transfer-Encoding : chunked'), closes(400)),
  row('a tab before the colon', coded('Transfer-Encoding\t: chunked'), closes(400)),
  row('a blank before the name', coded(' Transfer-Encoding: chunked'), closes(400)),
  row('a folded TE', coded('Transfer-Encoding:', ' chunked'), closes(400)),
  row('TE on a folded line', coded('X: y', ' Transfer-Encoding: chunked'), closes(400)),
  row('TE behind a bare LF', coded('X: y\nTransfer-Encoding: chunked'), closes(400)),
  row('TE behind a bare CR', coded('X: y\rTransfer-Encoding: chunked'), closes(400)),
  row('TE by HTTP/1.0', `${head('GET {path} HTTP/1.0', 'Host: localhost', '{auth}', CHUNKED)}${EMPTY}`, closes(400)),
  row(
    'TE by HTTP/1.0 that asks to go on',
    `${head('POST {post} HTTP/1.0', 'Host: localhost', '{auth}', 'Connection: keep-alive', CHUNKED)}${CHUNKS}`,
    closes(400),
  ),
  row('Connection that names TE', coded('Connection: transfer-encoding', CHUNKED), read),
  row('TE by another spelling and no length', `${get('Transfer_Encoding: chunked')}${SMUGGLED}`, keeps(200, 200)),
];
