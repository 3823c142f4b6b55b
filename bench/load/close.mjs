/**
 * Ends the sockets of a name; answers with how many of them were still open.
 * @param {{ pool: string }} options @param {import('../support/pools.mjs').Pools} pools
 */
export async function run({ pool }, pools) {
  const sockets = (pools.get(pool) ?? []).filter(({ isOpen }) => isOpen);
  pools.delete(pool);
  const ended = sockets.map(
    (socket) =>
      new Promise((resolve) => {
        socket.onEnd = () => resolve(undefined);
        socket.end();
      }),
  );
  await Promise.all(ended);
  return { wereOpen: ended.length };
}
