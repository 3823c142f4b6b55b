import { encode } from '../support/frames.mjs';

const frame = encode(JSON.stringify({ type: 'ping', id: 'x'.repeat(38) }));
const TICK_MS = 5;

/**
 * So many messages a second on each socket, for a while, evenly; answers with what was sent and what was answered.
 * @param {{ pool: string; perSecond: number; seconds: number }} options
 * @param {import('../support/pools.mjs').Pools} pools
 */
export async function run({ pool, perSecond, seconds }, pools) {
  const sockets = pools.get(pool) ?? [];
  const wanted = Math.round(sockets.length * perSecond * seconds);
  let [sent, answered, wrong] = [0, 0, 0];
  for (const socket of sockets) {
    socket.onText = (beginning) => {
      if (beginning.includes('"pong"')) answered += 1;
      else wrong += 1;
    };
  }
  const beganAt = performance.now();
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(wanted, Math.floor(((performance.now() - beganAt) / 1_000) * perSecond * sockets.length));
      for (; sent < due; sent += 1) sockets[sent % sockets.length]?.write(frame);
      const isLate = performance.now() - beganAt > (seconds + 10) * 1_000;
      if (answered + wrong < wanted && !isLate) return;
      clearInterval(timer);
      resolve(undefined);
    }, TICK_MS);
  });
  return { wanted, sent, answered, wrong };
}
