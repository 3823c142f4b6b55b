import { atLeast, shown } from '../support/row.mjs';
import { median, ratioOf } from '../support/statistics.mjs';
import { interleave, missingFronts, waysTo } from '../support/ways.mjs';

const AT_ONCE = 32;

/** @type {import('../support/row.mjs').Row} */
export const upgrades = {
  id: 'upgrades',
  about: 'authenticated upgrades a second; nginx checks nothing',
  async run(bench) {
    const stand = await bench.managed();
    const generator = bench.generator();
    const ways = waysTo(stand);
    const count = bench.size(2_000, 200);
    const upgrade = async (/** @type {import('../support/ways.mjs').Way} */ { address }) =>
      generator.ask('upgrades', { address, atOnce: AT_ONCE, count }, { isLoad: true });
    await interleave(ways, 1, upgrade);
    const measured = await interleave(ways, bench.rounds(7), upgrade);
    generator.stop();
    const of = (/** @type {string} */ name) => (measured.get(name) ?? []).map(({ perSecond }) => Number(perSecond));
    const all = [...measured.values()].flat();
    return {
      findings: [atLeast('launcher ÷ nginx', 0.9, ratioOf(of('launcher'), of('nginx')))],
      details: {
        ...Object.fromEntries(
          ways.map(({ name }) => [
            name,
            `${shown(median(of(name)))} upgrades/s (${shown(ratioOf(of(name), of('direct')))} × direct)`,
          ]),
        ),
        transport: await stand.transport(),
      },
      counts: [
        { what: 'upgrades', expected: all.length * count, counted: all.reduce((sum, { opened }) => sum + opened, 0) },
      ],
      notes: missingFronts(stand),
      generatorShare: generator.share,
    };
  },
};
