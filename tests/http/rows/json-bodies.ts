import { closes, type Expected, keeps, post, type Row, row } from '../support/row.ts';

/** Bytes as a body of their length. */
const body = (bytes: string, type = 'application/json'): string =>
  `${post(`Content-Length: ${bytes.length}`).replace('application/json', type)}${bytes}`;
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const good = '{"token":"x"}';

const both = (expected: Expected) => ({ launcher: expected, gateway: expected });

/** RFC 8259 between systems, at the one route of strangers that reads a body; json-body.test.ts has more. */
export const jsonRows: readonly Row[] = [
  row('a good body', `${post('Content-Length: {length}')}{body}`, both(keeps(200))),
  row('a byte order mark', body(utf8(`\ufeff${good}`)), both(closes(400))),
  row('UTF-16', body(Buffer.from(good, 'utf16le').toString('latin1')), both(closes(400))),
  row('a byte that UTF-8 never has', body('{"token":"\xff"}'), both(closes(400))),
  row('overlong UTF-8', body('{"token":"\xc0\xaf"}'), both(closes(400))),
  row('a surrogate in UTF-8', body('{"token":"\xed\xa0\x80"}'), both(closes(400))),
  row('half a letter at the end', body('{"token":"\xc3'), both(closes(400))),
  row('nested arrays', body(`${'['.repeat(5_000)}${']'.repeat(5_000)}`), both(closes(400))),
  row('nested objects', body(`${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`), both(keeps(400))),
  row('__proto__', body('{"token":"x","__proto__":{"a":1}}'), both(closes(400))),
  row('constructor.prototype', body('{"token":"x","constructor":{"prototype":{"a":1}}}'), both(closes(400))),
  row('a key twice', body('{"token":"x","token":"y"}'), both(closes(400))),
  row('a key twice, once in escapes', body('{"token":"x","t\\u006fken":"y"}'), both(closes(400))),
  row('an unknown key', body('{"token":"x","admin":true}'), both(keeps(400))),
  row('an array', body('["x"]'), both(closes(400))),
  row('null', body('null'), both(closes(400))),
  row('NUL behind it', body('{"token":"x"}\x00'), both(closes(400))),
  row('two values', body('{"token":"x"}{"token":"x"}'), both(closes(400))),
  row('a number too large', body('{"token":1e999}'), both(keeps(400))),
  row('half an object', body('{"token":'), both(closes(400))),
  row('text/plain', body('{"token":"x"}', 'text/plain'), { launcher: keeps(415), gateway: keeps(415) }),
  row('no JSON by its type', body('{"token":"x"}', 'application/jsonp'), {
    launcher: keeps(415),
    gateway: keeps(415),
  }),
  row('a type that is none', body('{"token":"x"}', ';;;'), { launcher: keeps(415), gateway: keeps(415) }),
];
