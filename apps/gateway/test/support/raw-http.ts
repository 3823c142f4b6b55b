import { once } from 'node:events';
import { connect } from 'node:net';

/** A WebSocket handshake as bytes, with further header lines. */
export const handshake = (path: string, ...lines: string[]): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...lines,
    '\r\n',
  ].join('\r\n');

/** Sends bytes and reads until the server closes. */
export async function exchange(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  socket.write(request, 'latin1');
  let reply = '';
  socket.on('data', (text) => {
    reply += text;
  });
  await once(socket, 'close');
  return reply;
}

/** Sends bytes, reads the head of the answer, and is gone. */
export async function statusLineAndHeaders(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  socket.on('error', () => undefined);
  socket.write(request, 'latin1');
  let reply = '';
  for await (const text of socket) {
    reply += text;
    if (reply.includes('\r\n\r\n')) break;
  }
  socket.destroy();
  return reply;
}
