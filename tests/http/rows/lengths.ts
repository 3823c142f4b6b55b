import { closes, get, head, keeps, post, type Row, reaching, row } from '../support/row.ts';

/** Would be a request of its own to whoever reads the length otherwise. */
const SMUGGLED = get();
const BODY = '{body}';
const LENGTH = 'Content-Length: {length}';
/** A body is read by those who have a route for it; the proxied paths have none. */
const read = { launcher: keeps(200), gateway: keeps(200), proxied: keeps(405) };
const length = (value: string): string => `${post(`Content-Length: ${value}`)}${BODY}`;

/** RFC 9112, 6.2 and 6.3: Content-Length, and who believes which. */
export const lengthRows: readonly Row[] = [
  row('a body of the right length', `${post(LENGTH)}${BODY}`, read),
  row('zeros before the length', `${post('Content-Length: 000{length}')}${BODY}`, read),
  row('an empty body by GET', get('Content-Length: 0'), keeps(200)),
  row('a body by GET', `${get('Content-Length: 5')}hello`, keeps(200)),
  row('a request as the body of GET', `${get(`Content-Length: {smuggled}`)}${SMUGGLED}`, keeps(200)),
  row(
    'a request as the body of DELETE',
    `${head('DELETE {path} HTTP/1.1', 'Host: localhost', '{auth}', 'Content-Length: {smuggled}')}${SMUGGLED}`,
    keeps(405),
  ),
  row(
    'a request as the body of OPTIONS',
    `${head('OPTIONS {path} HTTP/1.1', 'Host: localhost', '{auth}', 'Content-Length: {smuggled}')}${SMUGGLED}`,
    keeps(405),
  ),
  row('a request behind POST without a length', `${post()}${SMUGGLED}`, {
    launcher: keeps(400, 200),
    gateway: keeps(200, 200),
    proxied: keeps(405, 200),
  }),
  row('a request behind GET', `${get()}${SMUGGLED}`, keeps(200, 200)),

  row('two lengths that are equal', `${post(LENGTH, LENGTH)}${BODY}`, closes(400)),
  row('two lengths that differ', `${post(LENGTH, 'Content-Length: 0')}${BODY}`, closes(400)),
  row('two lengths, the first one zero', `${post('Content-Length: 0', LENGTH)}${BODY}`, closes(400)),
  row('two lengths by GET', `${get('Content-Length: 0', 'Content-Length: {smuggled}')}${SMUGGLED}`, closes(400)),
  row('a list of equal lengths', length('{length}, {length}'), closes(400)),
  row('a list of other lengths', length('{length},0'), closes(400)),
  row('a negative length', length('-1'), closes(400)),
  row('a length with a plus', length('+{length}'), closes(400)),
  row('a length in hex', length('0x10'), closes(400)),
  row('a length in hex digits', length('1f'), closes(400)),
  row('a length with a fraction', length('{length}.0'), closes(400)),
  row('a length with an exponent', length('1e1'), closes(400)),
  row('an empty length', length(''), closes(400)),
  row('a length of blanks', length('  '), closes(400)),
  row('a length with a blank in it', length('1 0'), closes(400)),
  row('a length with an underscore', length('1_0'), closes(400)),
  row('a length in quotes', length('"5"'), closes(400)),
  row('a length that is a word', length('chunked'), closes(400)),
  row('a length over 64 bits', length('18446744073709551616'), closes(400)),
  row('a length far over 64 bits', length('9'.repeat(40)), closes(400)),
  row('a length of other digits', length('\xb2'), closes(400)),
  row('a length with a vertical tab', length('\x0b5'), closes(400)),
  row('a blank before the colon of the length', `${post('Content-Length : {length}')}${BODY}`, closes(400)),
  row('a folded length', `${post('Content-Length:', ' {length}')}${BODY}`, closes(400)),
  row('a length hidden in a folded line', `${get('X: y', ' Content-Length: {smuggled}')}${SMUGGLED}`, closes(400)),
  row('a length behind a bare CR', `${get('X: y\rContent-Length: {smuggled}')}${SMUGGLED}`, closes(400)),
  row('a length behind a bare LF', `${get('X: y\nContent-Length: {smuggled}')}${SMUGGLED}`, closes(400)),
  row('a length with a NUL in its name', `${get('Content-Length\x00: {smuggled}')}${SMUGGLED}`, closes(400)),
  row('a length by another spelling', `${get('Content_Length: {smuggled}')}${SMUGGLED}`, keeps(200, 200)),

  row('an announced body over the limit', `${post('Content-Length: 99999999')}`, {
    launcher: closes(413),
    gateway: closes(413),
  }),
  row('a body that is announced with Expect', `${post('Expect: 100-continue', LENGTH)}${BODY}`, {
    launcher: keeps(100, 200),
    gateway: keeps(100, 200),
    proxied: keeps(100, 405),
  }),
  row(
    'a DELETE of a session with a body',
    `${head('DELETE /api/sessions/x HTTP/1.1', 'Host: localhost', '{auth}', 'Content-Length: {smuggled}')}${SMUGGLED}`,
    {
      proxied: reaching(0, keeps(415)),
    },
  ),
];
