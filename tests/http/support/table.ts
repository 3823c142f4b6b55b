import { describe, expect, it } from 'vitest';
import { chunkRows } from '../rows/chunks.ts';
import { handshakeRows } from '../rows/handshake.ts';
import { headerLineRows } from '../rows/header-lines.ts';
import { hostRows } from '../rows/host.ts';
import { jsonRows } from '../rows/json-bodies.ts';
import { lengthRows } from '../rows/lengths.ts';
import { methodRows } from '../rows/methods.ts';
import { pipeliningRows } from '../rows/pipelining.ts';
import { requestLineRows } from '../rows/request-line.ts';
import { transferEncodingRows } from '../rows/transfer-encoding.ts';
import { exchange, type Reply } from './exchange.ts';
import { fill, type Target } from './fill.ts';
import type { Expected, Row, Side } from './row.ts';

/** The whole table by topic. */
const TABLE: Readonly<Record<string, readonly Row[]>> = {
  'the request line': requestLineRows,
  Host: hostRows,
  'header lines': headerLineRows,
  'Content-Length': lengthRows,
  'Transfer-Encoding': transferEncodingRows,
  chunks: chunkRows,
  pipelining: pipeliningRows,
  'the WebSocket handshake': handshakeRows,
  methods: methodRows,
  'JSON bodies': jsonRows,
};

/** A side as it runs: where to connect, and what has reached the gateway behind it since the last time. */
interface RunningSide extends Target {
  readonly port: number;
  readonly takeSeen: () => readonly string[];
}

/** Sent behind every row. It is answered only by a server that agrees where the row ended, and takes more after it. */
const NEXT = 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** Runs every row that applies to a side, each on a connection of its own. */
export function runTable(side: Side, running: () => RunningSide): void {
  for (const [topic, rows] of Object.entries(TABLE)) {
    const applicable = rows.filter(({ expected }) => expected[side] !== undefined);
    if (applicable.length === 0) continue;
    describe(`${topic}, ${side}`, () => {
      it.each(applicable.map((row) => [row.what, row] as const))('%s', async (_what, { bytes, expected }) => {
        const target = running();
        const replies = await exchange(target.port, `${fill(bytes, target)}${NEXT}`);
        const statuses = replies.map(({ status }) => status);
        const seen = target.takeSeen();
        const wanted = expected[side];
        const right = wanted === undefined ? [] : 'anyOf' in wanted ? wanted.anyOf : [wanted];
        const upstream = side === 'proxied' ? seen.length : undefined;
        expect(right.map(shown(side)), seen.join('; ')).toContainEqual({ statuses, upstream });
        replies.forEach(expectGoodForm);
      });
    });
  }
}

const shown =
  (side: Side) =>
  ({ replies, isOpen, upstream }: Expected) => ({
    statuses: isOpen ? [...replies, 200] : [...replies],
    upstream: side === 'proxied' ? upstream : undefined,
  });

/** Refusals tell a code and a sentence, and nothing of what was sent or of what is within. */
function expectGoodForm({ status, headers, body }: Reply): void {
  if (status < 400) return;
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  const refusal = JSON.parse(body) as Record<string, unknown>;
  expect(refusal).toEqual({ error: expect.stringMatching(/^[a-z_]+$/), message: expect.any(String) });
  expect(body).not.toMatch(/\bat .+:\d+|HPE_|ERR_|echo/);
  if (status === 426 && refusal['error'] === 'unsupported_websocket_version') {
    expect(headers['sec-websocket-version']).toBe('13');
  }
  if (status === 405 && headers['connection'] !== 'close') expect(headers['allow']).toMatch(/[A-Z]/);
}
