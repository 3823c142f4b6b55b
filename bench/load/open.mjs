import { openSockets } from '../support/raw-socket.mjs';

/**
 * Opens sockets and keeps them under a name.
 * @param {{ pool: string; addresses: import('../support/raw-socket.mjs').Address[]; atOnce?: number }} options
 * @param {import('../support/pools.mjs').Pools} pools
 */
export async function run({ pool, addresses, atOnce = 64 }, pools) {
  const { sockets, refusals } = await openSockets(addresses, atOnce);
  pools.set(pool, [...(pools.get(pool) ?? []), ...sockets]);
  return { opened: sockets.length, refusals };
}
