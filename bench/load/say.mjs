import { encode } from '../support/frames.mjs';

/**
 * Says the same text on every socket of a pool and waits for one answer to each.
 * @param {{ pool: string; text: string }} options @param {import('../support/pools.mjs').Pools} pools
 */
export async function run({ pool, text }, pools) {
  const answers = (pools.get(pool) ?? []).map(
    (socket) =>
      new Promise((resolve) => {
        socket.onText = (beginning) => resolve(beginning.toString());
        socket.write(encode(text));
      }),
  );
  return { answered: (await Promise.all(answers)).length };
}
