import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { encode, FrameReader, Opcode } from './frames.mjs';

/**
 * Where a WebSocket is to be opened, and as whom.
 * @typedef {{ port: number; path: string; headers: Record<string, string>; protocol?: string }} Address
 */

const HEAD_END = '\r\n\r\n';

/** @param {Address} address */
const handshake = ({ port, path, headers, protocol }) =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');

/** An open WebSocket that answers pings, and tells of text frames. */
export class RawSocket {
  /** @type {(beginning: Buffer, length: number) => void} */
  onText = () => {};
  /** @type {() => void} */
  onEnd = () => {};
  isOpen = true;
  #socket;

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.#socket = socket;
    const reader = new FrameReader((opcode, payload, length) => {
      if (opcode === Opcode.text) this.onText(payload, length);
      else if (opcode === Opcode.ping) socket.write(encode(payload, Opcode.pong));
      else if (opcode === Opcode.close) socket.end();
    });
    socket.on('data', (chunk) => reader.push(chunk));
    socket.on('error', () => {});
    socket.once('close', () => {
      this.isOpen = false;
      this.onEnd();
    });
  }

  /** @param {Buffer} frame as `encode` makes it */
  write(frame) {
    this.#socket.write(frame);
  }

  /** @param {Buffer} data what came behind the handshake's answer */
  unshift(data) {
    if (data.length > 0) this.#socket.unshift(data);
  }

  end() {
    this.#socket.destroy();
  }
}

/**
 * Opens one; rejects with the status line of a refusal.
 * @param {Address} address @returns {Promise<RawSocket>}
 */
export const openSocket = (address) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port: address.port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => socket.write(handshake(address)));
    let head = '';
    const fail = (/** @type {unknown} */ error) =>
      reject(error instanceof Error ? error : new Error('closed during the handshake'));
    const take = (/** @type {Buffer} */ chunk) => {
      head += chunk.toString('latin1');
      const end = head.indexOf(HEAD_END);
      if (end === -1) return;
      socket.off('data', take).off('error', fail).off('close', fail);
      if (!head.startsWith('HTTP/1.1 101')) {
        socket.on('error', () => {}).destroy();
        return reject(new Error(head.slice(0, head.indexOf('\r\n'))));
      }
      const opened = new RawSocket(socket);
      opened.unshift(Buffer.from(head.slice(end + HEAD_END.length), 'latin1'));
      resolve(opened);
    };
    socket.on('data', take).once('error', fail).once('close', fail);
  });

/**
 * Opens many, so many at a time; whatever is refused is counted, not thrown.
 * @param {readonly Address[]} addresses @param {number} atOnce
 */
export async function openSockets(addresses, atOnce) {
  /** @type {RawSocket[]} */
  const sockets = [];
  /** @type {Map<string, number>} */
  const refusals = new Map();
  const left = addresses.values();
  const work = async () => {
    for (const address of left) {
      await openSocket(address).then(
        (socket) => sockets.push(socket),
        (error) => refusals.set(String(error), (refusals.get(String(error)) ?? 0) + 1),
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { sockets, refusals: Object.fromEntries(refusals) };
}
