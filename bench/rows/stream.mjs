import { withCpu } from '../support/proc.mjs';
import { atLeast, shown } from '../support/row.mjs';
import { median, ratioOf } from '../support/statistics.mjs';
import { interleave, missingFronts, waysTo } from '../support/ways.mjs';

const BYTES = 65_536;
const SESSIONS = 4;
/** Who listens to one session: each message of the gateway goes out so many times. */
const EACH = 25;

/** @type {import('../support/row.mjs').Row} */
export const stream = {
  id: 'stream',
  about: `messages of 64 KB from the gateway to ${SESSIONS} sessions with ${EACH} sockets each`,
  async run(bench) {
    const managed = await measure(bench, await bench.managed());
    const adopted = await measure(bench, await bench.adopted());
    return {
      findings: [
        atLeast('gateway of its own, MB/s ÷ direct', 0.95, managed.ratio),
        atLeast('gateway of somebody else, MB/s ÷ direct', 0.7, adopted.ratio),
      ],
      details: { ...managed.details, 'launcher, gateway of somebody else': adopted.details['launcher'] ?? '' },
      counts: [managed.counts, adopted.counts],
      notes: [
        ...managed.notes,
        'the same agent answers on every way, so the quotient is of whole answers, not of bytes alone; beside it stands what the proxy spends on each GB',
      ],
      generatorShare: Math.max(managed.share, adopted.share),
    };
  },
};

/** @param {import('../support/bench.mjs').Bench} bench @param {import('../support/bench.mjs').Stand} stand */
async function measure(bench, stand) {
  const generator = bench.generator();
  const ways = waysTo(stand);
  const count = bench.size(20, 2);
  const sessions = Array.from({ length: SESSIONS }, (_, number) => `/pico/ws?session_id=stream-${number}`);
  const direct = stand.asProgram(stand.gatewayPort);
  const speakers = sessions.map((path) => ({ ...direct, path }));
  await generator.ask('open', { pool: 'speakers', addresses: speakers });
  const flow = async (/** @type {import('../support/ways.mjs').Way} */ { address, pids, name }) => {
    // One after the other, so that they stand in the pool by session.
    const listeners = sessions.flatMap((path) => Array.from({ length: EACH }, () => ({ ...address, path })));
    await generator.ask('open', { pool: name, addresses: listeners, atOnce: 1 });
    const load = { speakers: 'speakers', listeners: name, each: EACH, bytes: BYTES, count };
    const flowed = await withCpu(pids, () => generator.ask('stream', load, { isLoad: true }));
    // Whoever listens gets all of it, on whatever way.
    await generator.ask('close', { pool: name });
    return { ...flowed, cpuPerGb: flowed.cpuMs / flowed.gb };
  };
  await interleave(ways, 1, flow);
  const measured = await interleave(ways, bench.rounds(5), flow);
  generator.stop();
  const of = (/** @type {string} */ name) => (measured.get(name) ?? []).map(({ mbPerSecond }) => Number(mbPerSecond));
  const cpuOf = (/** @type {string} */ name) => median((measured.get(name) ?? []).map(({ cpuPerGb }) => cpuPerGb));
  const all = [...measured.values()].flat();
  return {
    ratio: ratioOf(of('launcher'), of('direct')),
    share: generator.share,
    details: Object.fromEntries(
      ways.map(({ name }) => [
        name,
        `${shown(median(of(name)))} MB/s (${shown(ratioOf(of(name), of('direct')))} × direct), ${shown(cpuOf(name))} ms of CPU per GB`,
      ]),
    ),
    counts: {
      what: 'messages',
      expected: all.reduce((sum, { expected }) => sum + expected, 0),
      counted: all.reduce((sum, { received }) => sum + received, 0),
    },
    notes: missingFronts(stand),
  };
}
