import { METHODS } from 'node:http';
import { closes, either, head, keeps, type Row, row } from '../support/row.ts';

const by = (method: string, ...lines: string[]): string =>
  head(`${method} {path} HTTP/1.1`, 'Host: localhost', '{auth}', ...lines);

const SERVED = ['GET', 'HEAD', 'CONNECT'];

/** RFC 9110, 9: what Node's parser knows and no route has is 405; what it does not know may be no HTTP at all, and is 400. */
export const methodRows: readonly Row[] = [
  ...METHODS.filter((method) => !SERVED.includes(method)).map((method) => row(method, by(method), keeps(405))),
  row('TRACE with something to echo', by('TRACE', 'X-Secret: echo', 'Max-Forwards: 0'), keeps(405)),
  row('a method that nobody has', by('BREW'), closes(400)),
  row('a method that begins like another', by('GETS'), closes(400)),
  row('a method in mixed case', by('Get'), closes(400)),
  row('a method of a kilobyte', by('X'.repeat(1024)), closes(400)),
  row('PRI', by('PRI'), either('x', closes(400))),
];
