/** The ways for a socket to the gateway: a gateway of the launcher's own takes it itself, another one is reached by a socket. */
export const WAYS = ['handoff', 'unix', 'tcp'] as const;
export type Way = (typeof WAYS)[number];

/** By which way the launchers of this run reach their gateway, where a test does not say it: `npm run test:ways`. */
export const WAY_OF_THIS_RUN = knownWay(process.env['PICOCLAW_TEST_WAY'] || 'handoff');

function knownWay(name: string): Way {
  const way = WAYS.find((one) => one === name);
  if (way === undefined) throw new Error(`PICOCLAW_TEST_WAY is ${name}: it has to be one of ${WAYS.join(', ')}`);
  return way;
}
