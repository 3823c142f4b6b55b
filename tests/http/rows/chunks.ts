import { closes, either, get, keeps, post, type Row, row } from '../support/row.ts';

const CHUNKED = 'Transfer-Encoding: chunked';
const SMUGGLED = get();
/** Refused before the body is looked at where nothing reads one; the connection is over all the same. */
const broken = either('the answer may be given before the body is looked at', closes(400), closes(405));
const ignored = (status: number) =>
  either('RFC 9110, 6.5.1 forbids it there; it may be ignored, or refused', keeps(status), closes(status), closes(400));
const read = { launcher: keeps(200), gateway: keeps(200), proxied: keeps(405) };
const chunks = (...lines: string[]): string => `${post(CHUNKED)}${lines.join('\r\n')}\r\n`;
const size = '{length:x}';

/** RFC 9112, 7.1: what is within a chunked body. */
export const chunkRows: readonly Row[] = [
  row('one chunk', chunks(size, '{body}', '0', ''), read),
  row('two chunks', chunks('1', '{', '{rest:x}', '{rest}', '0', ''), read),
  row('zeros before a size', chunks(`000${size}`, '{body}', '0000', ''), read),
  row('an extension', chunks(`${size};a=b`, '{body}', '0;c', ''), read),
  row('an extension in quotes', chunks(`${size};a="b;c"`, '{body}', '0', ''), read),
  row('a trailer', chunks(size, '{body}', '0', 'X-Late: y', ''), read),
  row(
    'a trailer that was announced',
    `${post(CHUNKED, 'Trailer: X-Late')}${size}\r\n{body}\r\n0\r\nX-Late: y\r\n\r\n`,
    read,
  ),
  row('a length as a trailer', chunks(size, '{body}', '0', 'Content-Length: 99', ''), {
    launcher: ignored(200),
    gateway: ignored(200),
    proxied: ignored(405),
  }),
  row('another Host as a trailer', chunks(size, '{body}', '0', 'Host: evil.example', ''), read),
  row('a credential as a trailer', chunks(size, '{body}', '0', 'Authorization: Bearer x', ''), read),

  row('a size that is no number', chunks('g', '{body}', '0', ''), broken),
  row('a negative size', chunks('-1', '{body}', '0', ''), broken),
  row('a size with a plus', chunks(`+${size}`, '{body}', '0', ''), broken),
  row('a size with 0x', chunks(`0x${size}`, '{body}', '0', ''), broken),
  row('an empty size', chunks('', '{body}', '0', ''), broken),
  row('a size over 64 bits', chunks('10000000000000000', '{body}', '0', ''), broken),
  row('a size of 2^64 and ours', chunks(`1000000000000000${size}`, '{body}', '0', ''), broken),
  row('a blank before the size', chunks(` ${size}`, '{body}', '0', ''), broken),
  row('a size with an underscore', chunks(`0_${size}`, '{body}', '0', ''), broken),
  row('a chunk longer than its size', chunks('1', '{body}', '0', ''), broken),
  row('no line break behind a chunk', `${post(CHUNKED)}${size}\r\n{body}0\r\n\r\n`, broken),
  row('a bare LF behind a size', `${post(CHUNKED)}${size}\n{body}\r\n0\r\n\r\n`, broken),
  row('a bare CR behind a size', `${post(CHUNKED)}${size}\r{body}\r\n0\r\n\r\n`, broken),
  row('a bare LF behind a chunk', `${post(CHUNKED)}${size}\r\n{body}\n0\r\n\r\n`, broken),
  row('a bare LF behind an extension', `${post(CHUNKED)}${size};a\n{body}\r\n0\r\n\r\n`, broken),
  row('NUL in an extension', chunks(`${size};a\x00`, '{body}', '0', ''), broken),
  row('a bare LF at the end', `${post(CHUNKED)}${size}\r\n{body}\r\n0\n\n`, broken),
  row('extensions over the limit', chunks(`${size};${'a'.repeat(17_000)}`, '{body}', '0', ''), broken),
  row('a trailer over the limit', chunks(size, '{body}', '0', `X: ${'y'.repeat(17_000)}`, ''), {
    launcher: either('the body may be over before the trailer is', closes(431), closes(200)),
    gateway: either('the body may be over before the trailer is', closes(431), closes(200)),
  }),
  row('a trailer that is no field', chunks(size, '{body}', '0', 'no field', ''), broken),
  row('a trailer with a blank before its colon', chunks(size, '{body}', '0', 'X : y', ''), broken),
  row('a request for a trailer', `${post(CHUNKED)}0\r\n${SMUGGLED}`, broken),
];
