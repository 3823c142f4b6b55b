import { encode } from '../support/frames.mjs';

const MESSAGE_BYTES = 64;
/** A ping of the protocol of exactly so many bytes: the gateway answers it itself, without agent and disk. */
const ping = () => {
  const empty = JSON.stringify({ type: 'ping', id: '' });
  return encode(JSON.stringify({ type: 'ping', id: 'x'.repeat(MESSAGE_BYTES - empty.length) }));
};

/**
 * One message on its way at a time, over the sockets in turn, for a gateway bounds what one socket may say.
 * @param {{ pool: string; count: number }} options @param {import('../support/pools.mjs').Pools} pools
 * @returns {Promise<{ times: number[]; wrong: number }>} times in ms
 */
export function run({ pool, count }, pools) {
  const sockets = pools.get(pool) ?? [];
  const frame = ping();
  /** @type {number[]} */
  const times = [];
  let wrong = 0;
  return new Promise((resolve) => {
    let sentAt = 0;
    const next = () => {
      const socket = sockets[times.length % sockets.length];
      sentAt = performance.now();
      socket?.write(frame);
    };
    for (const socket of sockets) {
      socket.onText = (beginning) => {
        times.push(performance.now() - sentAt);
        if (!beginning.includes('"pong"')) wrong += 1;
        if (times.length === count) resolve({ times, wrong });
        else next();
      };
    }
    next();
  });
}
