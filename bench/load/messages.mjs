import { encode } from '../support/frames.mjs';

/**
 * Each socket says something, waits for the answer, and says the next thing; answers with how many answers came a second.
 * `kind` is what is spoken: `v1` and `v2` of the Pico protocol, or `bare` text that comes back as it is.
 * @param {{ pool: string; kind: 'v1' | 'v2' | 'bare'; count: number }} options
 * @param {import('../support/pools.mjs').Pools} pools
 */
export function run({ pool, kind, count }, pools) {
  const sockets = pools.get(pool) ?? [];
  const stamp = `${Date.now()}`;
  let [said, answered, acknowledged, wrong] = [0, 0, 0, 0];
  const beganAt = performance.now();
  return new Promise((resolve) => {
    const say = (/** @type {import('../support/raw-socket.mjs').RawSocket} */ socket) => {
      if (said === count) return;
      said += 1;
      const id = `${stamp}-${said}`;
      socket.write(encode(JSON.stringify({ type: 'message.send', id, payload: { content: `/echo ${id}` } })));
    };
    for (const socket of sockets) {
      socket.onText = (beginning) => {
        const type = kind === 'bare' ? 'message.create' : typeIn(beginning);
        if (type === 'ack') acknowledged += 1;
        if (type === 'error') wrong += 1;
        if (type !== 'message.create' && type !== 'error') return;
        answered += 1;
        if (answered < count) return say(socket);
        resolve({ answered, acknowledged, wrong, perSecond: (answered * 1_000) / (performance.now() - beganAt) });
      };
    }
    for (const socket of sockets) say(socket);
  });
}

/** The type of a frame, which stands at its beginning. @param {Buffer} beginning */
const typeIn = (beginning) => /"type":"([a-z.]+)"/.exec(beginning.toString('latin1'))?.[1];
