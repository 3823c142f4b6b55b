/** @typedef {{ name: string; address: import('./raw-socket.mjs').Address; pids: number[] }} Way */

/**
 * The ways to one gateway: to itself, through the launcher, and through what else stands before it.
 * @param {import('./bench.mjs').Stand} stand @returns {Way[]}
 */
export const waysTo = (stand) => [
  { name: 'direct', address: stand.asProgram(stand.gatewayPort), pids: [] },
  { name: 'launcher', address: stand.asBrowser, pids: [stand.launcherPid] },
  ...[stand.nginx, stand.haproxy].flatMap((front) =>
    front === undefined ? [] : [{ name: front.name, address: stand.asProgram(front.port), pids: front.pids }],
  ),
];

/** What is missing for the comparison, said plainly. @param {import('./bench.mjs').Stand} stand */
export const missingFronts = (stand) => [
  ...(stand.nginx === undefined ? ['nginx is not installed: nothing is compared with it'] : []),
  ...(stand.haproxy === undefined ? ['HAProxy is not installed: nothing is compared with it'] : []),
];

/**
 * Measures every way once a round, beginning with another one each time: whoever comes second meets a warmer machine.
 * @template T
 * @param {readonly Way[]} ways @param {number} rounds @param {(way: Way, round: number) => Promise<T>} measure
 * @returns {Promise<Map<string, T[]>>} what was measured, by way, in the order of the rounds
 */
export async function interleave(ways, rounds, measure) {
  /** @type {Map<string, T[]>} */
  const measured = new Map(ways.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const turn = round % ways.length;
    for (const way of [...ways.slice(turn), ...ways.slice(0, turn)]) {
      measured.get(way.name)?.push(await measure(way, round));
    }
  }
  return measured;
}

/**
 * Opens sockets on a way, and sees to it that all of them are open.
 * @param {import('./generator.mjs').Generator} generator @param {Way} way @param {number} count @param {string} [pool]
 */
export async function openOn(generator, way, count, pool = way.name) {
  const addresses = Array.from({ length: count }, () => way.address);
  const { opened, refusals } = await generator.ask('open', { pool, addresses });
  if (opened !== count)
    throw new Error(`${opened} of ${count} sockets open on ${way.name}: ${JSON.stringify(refusals)}`);
}
