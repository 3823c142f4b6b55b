import { openSocket } from '../support/raw-socket.mjs';

/**
 * Opens sockets one after the other, each closed as soon as it is open; answers with how many a second.
 * @param {{ address: import('../support/raw-socket.mjs').Address; atOnce: number; count: number }} options
 */
export async function run({ address, atOnce, count }) {
  let left = count;
  let [opened, refused] = [0, 0];
  const beganAt = performance.now();
  const work = async () => {
    while (left > 0) {
      left -= 1;
      await openSocket(address).then(
        (socket) => {
          opened += 1;
          socket.end();
        },
        () => {
          refused += 1;
        },
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { opened, refused, perSecond: (opened * 1_000) / (performance.now() - beganAt) };
}
