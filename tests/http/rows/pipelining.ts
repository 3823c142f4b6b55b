import { closes, get, handshake, head, keeps, type Row, reaching, row } from '../support/row.ts';

const OK = get();
const NO = head('GET {path} HTTP/1.1', 'Host: a', 'Host: b', '{auth}');

/** RFC 9112, 9.3.2: several requests on one connection, answered in order, and nothing behind one that is malformed. */
export const pipeliningRows: readonly Row[] = [
  row('three requests', `${OK}${OK}${OK}`, keeps(200, 200, 200)),
  row('twenty requests', OK.repeat(20), keeps(...Array<number>(20).fill(200))),
  row('line breaks between requests', `${OK}\r\n\r\n${OK}`, keeps(200, 200)),
  row('a malformed request behind a good one', `${OK}NO\r\n\r\n`, closes(200, 400)),
  row('a good request behind a malformed one', `NO\r\n\r\n${OK}`, closes(400)),
  row('a refused request behind a good one', `${OK}${NO}`, closes(200, 400)),
  row('a good request behind a refused one', `${NO}${OK}`, closes(400)),
  row('headers over the limit behind a good request', `${OK}${get(`X: ${'y'.repeat(17_000)}`)}`, closes(200, 431)),
  row('a broken body behind a good request', `${OK}${get('Transfer-Encoding: gzip')}`, closes(200, 400)),
  row('a request behind Connection: close', `${get('Connection: close')}${OK}`, closes(200)),
  row('rubbish behind Connection: close', `${get('Connection: close')}rubbish\r\n\r\n`, closes(200)),
  row('a request behind HTTP/1.0', `${head('GET {path} HTTP/1.0', 'Host: localhost', '{auth}')}${OK}`, closes(200)),
  row(
    'a smuggler behind a good request',
    `${OK}${get('Content-Length: 0', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    closes(200, 400),
  ),
  row('an upgrade behind a request', `${OK}${handshake()}`, closes(200)),
  row('an upgrade behind three requests', `${OK}${OK}${OK}${handshake()}`, closes(200, 200, 200)),
  row('an upgrade that is refused behind a request', `${OK}${handshake({ Upgrade: 'h2c' })}`, closes(200)),
  row(
    'an upgrade behind a path that cannot be decoded',
    `${head('GET /%zz HTTP/1.1', 'Host: a')}${handshake()}`,
    closes(400),
  ),
  row('an upgrade behind a refused request', `${NO}${handshake()}`, closes(400)),
  row('an upgrade behind an expectation', `${get('Expect: miracles')}${handshake()}`, closes(417)),
  row('an upgrade behind Expect: 100-continue', `${get('Expect: 100-continue')}${handshake()}`, closes(100, 200)),
  row('CONNECT behind a request', `${OK}${head('CONNECT a:1 HTTP/1.1', 'Host: a')}`, closes(200)),
  row('a request behind a refused upgrade', `${handshake({ Upgrade: 'h2c' })}${OK}`, closes(400)),
  row('a request behind an upgrade', `${handshake()}${OK}`, closes(101)),
  row('a request behind CONNECT', `${head('CONNECT a:1 HTTP/1.1', 'Host: a')}${OK}`, closes(405)),
  row('an upgrade of nothing behind a request', `${OK}${handshake({}, 'GET /nowhere HTTP/1.1')}`, closes(200)),
  row('a request behind one that needs a token', `${head('GET {path} HTTP/1.1', 'Host: localhost')}${OK}`, {
    proxied: reaching(1, keeps(401, 200)),
  }),
];
