/** @type {Promise<{ received: number; endedAt: number }>} */
let arrived;

/**
 * Counts what comes in on the sockets of a pool until so many have come. `arm` before the first is sent, then `wait`.
 * @param {{ step: 'arm'; pool: string; expected: number; isMessage: string } | { step: 'wait' }} options `isMessage` is in
 * every message that counts
 * @param {import('../support/pools.mjs').Pools} pools
 */
export async function run(options, pools) {
  if (options.step === 'wait') return arrived;
  const { pool, expected, isMessage } = options;
  let received = 0;
  arrived = new Promise((resolve) => {
    for (const socket of pools.get(pool) ?? []) {
      socket.onText = (beginning) => {
        if (!beginning.includes(isMessage)) return;
        received += 1;
        if (received === expected) resolve({ received, endedAt: Date.now() });
      };
    }
  });
  return undefined;
}
