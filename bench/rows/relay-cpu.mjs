import { setTimeout as delay } from 'node:timers/promises';
import { withCpu } from '../support/proc.mjs';
import { atMost, shown } from '../support/row.mjs';
import { median } from '../support/statistics.mjs';
import { interleave, missingFronts, openOn, waysTo } from '../support/ways.mjs';

const STREAMS = 200;
const PER_SECOND = 45;

/** @type {import('../support/row.mjs').Row} */
export const relayCpu = {
  id: 'relay-cpu',
  about: `what the processor spends in the launcher on messages that pass: ${STREAMS} chats with ${PER_SECOND} messages a second and as many answers`,
  async run(bench) {
    const stand = await bench.managed();
    const generator = bench.generator();
    const ways = waysTo(stand).filter(({ pids }) => pids.length > 0);
    const seconds = bench.size(4, 0.5);
    for (const way of ways) await openOn(generator, way, STREAMS);
    const counts = { what: 'answers', expected: 0, counted: 0 };
    const measured = await interleave(ways, bench.rounds(5), async ({ name, pids }) => {
      // What it does anyway, with nobody saying anything, is not what messages cost.
      const idle = await withCpu(pids, () => delay(seconds * 1_000, {}));
      const load = { pool: name, perSecond: PER_SECOND, seconds };
      const busy = await withCpu(pids, () => generator.ask('steady', load, { isLoad: true }));
      counts.expected += busy.wanted;
      counts.counted += busy.answered;
      return ((busy.cpuMs - idle.cpuMs) / (2 * busy.answered)) * 10_000;
    });
    for (const { name } of ways) await generator.ask('close', { pool: name });
    generator.stop();
    const msOf = (/** @type {string} */ name) => Math.max(0, median(measured.get(name) ?? []));
    return {
      findings: [atMost('launcher, per 10,000 messages', 1, msOf('launcher'), 'ms')],
      details: {
        ...Object.fromEntries(ways.map(({ name }) => [name, `${shown(msOf(name))} ms per 10,000 messages`])),
        transport: await stand.transport(),
      },
      counts: [counts],
      notes: missingFronts(stand),
      generatorShare: generator.share,
    };
  },
};
