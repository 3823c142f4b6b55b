import { atMost, shown } from '../support/row.mjs';
import { median, quantile, ratioOf } from '../support/statistics.mjs';
import { interleave, missingFronts, openOn, waysTo } from '../support/ways.mjs';

/** A gateway takes 50 messages a second from one socket: over so many in turn, none of them says too much. */
const SOCKETS = 100;

/** @type {import('../support/row.mjs').Row} */
export const roundTrip = {
  id: 'round-trip',
  about: 'a message of 64 bytes and its answer, one at a time, through the launcher that started the gateway',
  async run(bench) {
    const stand = await bench.managed();
    const trips = await measureRoundTrips(bench, stand);
    return {
      findings: [
        atMost('p50, launcher ÷ direct', 1.05, trips.ratio('p50', 'launcher', 'direct')),
        atMost('p99, launcher ÷ direct', 1.15, trips.ratio('p99', 'launcher', 'direct')),
      ],
      details: { ...trips.details, transport: await stand.transport() },
      counts: trips.counts,
      notes: missingFronts(stand),
      generatorShare: trips.share,
    };
  },
};

/** @type {import('../support/row.mjs').Row} */
export const unixWay = {
  id: 'unix-way',
  about: 'the same for a gateway that was there before the launcher, beside nginx in front of the same gateway',
  async run(bench) {
    const stand = await bench.adopted();
    const trips = await measureRoundTrips(bench, stand);
    return {
      findings: [atMost('p50, launcher ÷ nginx', 1.05, trips.ratio('p50', 'launcher', 'nginx'))],
      details: { ...trips.details, transport: await stand.transport() },
      counts: trips.counts,
      notes: missingFronts(stand),
      generatorShare: trips.share,
    };
  },
};

/** @param {import('../support/bench.mjs').Bench} bench @param {import('../support/bench.mjs').Stand} stand */
async function measureRoundTrips(bench, stand) {
  const generator = bench.generator();
  const ways = waysTo(stand);
  const count = bench.size(3_000, 300);
  for (const way of ways) await openOn(generator, way, SOCKETS);
  const trip = async (/** @type {import('../support/ways.mjs').Way} */ { name }) => {
    const { times, wrong } = await generator.ask('round-trips', { pool: name, count }, { isLoad: true });
    return { p50: median(times), p99: quantile(times, 0.99), right: times.length - wrong };
  };
  // Nothing is compiled yet in the first round.
  await interleave(ways, 1, trip);
  const measured = await interleave(ways, bench.rounds(7), trip);
  const of = (/** @type {'p50' | 'p99'} */ what, /** @type {string} */ name) =>
    (measured.get(name) ?? []).map((round) => round[what]);
  const all = [...measured.values()].flat();
  generator.stop();
  return {
    share: generator.share,
    ratio: (/** @type {'p50' | 'p99'} */ what, /** @type {string} */ above, /** @type {string} */ below) =>
      ratioOf(of(what, above), of(what, below)),
    details: Object.fromEntries(
      ways.map(({ name }) => {
        const [p50, p99] = [median(of('p50', name)), median(of('p99', name))].map((ms) => `${shown(ms * 1_000)} µs`);
        const ratios = `${shown(ratioOf(of('p50', name), of('p50', 'direct')))} and ${shown(ratioOf(of('p99', name), of('p99', 'direct')))} × direct`;
        return [name, `p50 ${p50}, p99 ${p99} (${ratios})`];
      }),
    ),
    counts: [
      { what: 'answers', expected: all.length * count, counted: all.reduce((sum, { right }) => sum + right, 0) },
    ],
  };
}
