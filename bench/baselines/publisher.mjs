// A hub, or in its place a loop that sends one frame, made once, to all: node publisher.mjs <port> <hub.js | bare>.
// Told over IPC how many messages to publish; none is made while much of what came before still waits for its reader.
import { once } from 'node:events';
import { WebSocketServer } from 'ws';

const [port, library = 'bare'] = [Number(process.argv[2]), process.argv[3]];
const WINDOW = 50;
const TEXT = 'x'.repeat(200);
const sockets = new Set();
const { createHub, wsSocket } = library === 'bare' ? {} : await import(library);
const hub = createHub?.({ maxConnections: 1_000 });
const server = new WebSocketServer({ port, host: '127.0.0.1', perMessageDeflate: false });

server.on('connection', (socket, request) => {
  sockets.add(socket);
  if (hub !== undefined) hub.add(wsSocket(socket, request.socket), { id: 'somebody' });
  else socket.on('message', () => socket.send('{"type":"ack"}'));
});
await once(server, 'listening');

/** @param {number} number */
function publishBare(number) {
  const payload = Buffer.from(JSON.stringify({ type: 'event', channel: 'news', data: { number, text: TEXT } }));
  const head = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  const frame = Buffer.concat([head, payload]);
  for (const socket of sockets) socket._socket.write(frame);
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const waitingBytes = () => [...sockets].reduce((sum, socket) => sum + socket.bufferedAmount, 0);

process.on('message', async (/** @type {{ count: number }} */ { count }) => {
  const beganAt = Date.now();
  const usedBefore = process.cpuUsage();
  for (let number = 1; number <= count; number += 1) {
    if (hub === undefined) publishBare(number);
    else hub.publish('news', { number, text: TEXT });
    await nextTurn();
    if (number % WINDOW === 0) while (waitingBytes() > 0) await nextTurn();
  }
  const { user, system } = process.cpuUsage(usedBefore);
  process.send?.({ beganAt, cpuMs: (user + system) / 1_000 });
});
process.send?.({ isReady: true });
