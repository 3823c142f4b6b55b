import { once } from 'node:events';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** A reply as it came over the wire. */
export interface RawReply {
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly text: string;
}

/** Lets the app listen on a free port of the loopback; answers with the port. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Sends these bytes as they are and reads until the server closes. */
export async function sendRaw(port: number, bytes: string | readonly string[]): Promise<RawReply> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  // What counts is what was answered before.
  socket.on('error', () => {});
  socket.write(typeof bytes === 'string' ? bytes : `${bytes.join('\r\n')}\r\n\r\n`, 'latin1');
  await once(socket, 'close');
  return parseReply(Buffer.concat(chunks).toString('latin1'));
}

function parseReply(text: string): RawReply {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, Math.max(0, end)).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { statusCode: Number(statusLine.split(' ')[1]), headers, body: text.slice(end + 4), text };
}
