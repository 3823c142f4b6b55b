import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bundlePackage } from '../support/bundle.mjs';
import { freePort, start } from '../support/programs.mjs';
import { atLeast, shown } from '../support/row.mjs';
import { median, ratioOf } from '../support/statistics.mjs';
import { interleave, openOn } from '../support/ways.mjs';

const SUBSCRIBERS = 100;

/** @type {import('../support/row.mjs').Row} */
export const hub = {
  id: 'hub',
  about: `messages of the hub that reach ${SUBSCRIBERS} subscribers, beside one frame that is made once and sent by a bare loop`,
  async run(bench) {
    const library = await bundlePackage('hub');
    bench.onClose(library.remove);
    const generator = bench.generator();
    const publishers = new Map([
      ['hub', await startPublisher(library.url)],
      ['bare', await startPublisher('bare')],
    ]);
    const sides = [...publishers].map(([name, { port }]) => ({
      name,
      address: { port, path: '/', headers: {} },
      pids: [],
    }));
    for (const side of sides) {
      await openOn(generator, side, SUBSCRIBERS);
      await generator.ask('say', {
        pool: side.name,
        text: JSON.stringify({ type: 'subscribe', ref: 1, channel: 'news' }),
      });
    }
    const count = bench.size(3_000, 200);
    const expected = SUBSCRIBERS * count;
    const publish = async (/** @type {import('../support/ways.mjs').Way} */ { name }) => {
      await generator.ask('deliveries', { step: 'arm', pool: name, expected, isMessage: '"event"' });
      const received = generator.ask('deliveries', { step: 'wait' }, { isLoad: true });
      const told = await publishers.get(name)?.publish(count);
      const { received: delivered, endedAt } = await received;
      const microseconds = ((told?.cpuMs ?? 0) * 1_000) / expected;
      return { delivered, perSecond: (expected * 1_000) / (endedAt - (told?.beganAt ?? 0)), microseconds };
    };
    await interleave(sides, 1, publish);
    const measured = await interleave(sides, bench.rounds(9), publish);
    generator.stop();
    for (const { stop } of publishers.values()) await stop();
    const of = (/** @type {string} */ name, /** @type {'perSecond' | 'microseconds'} */ what) =>
      (measured.get(name) ?? []).map((round) => round[what]);
    const all = [...measured.values()].flat();
    return {
      findings: [atLeast('hub ÷ bare ws', 0.9, ratioOf(of('hub', 'perSecond'), of('bare', 'perSecond')))],
      details: Object.fromEntries(
        sides.map(({ name }) => [
          name,
          `${shown(median(of(name, 'perSecond')))} messages/s, ${shown(median(of(name, 'microseconds')))} µs of CPU each`,
        ]),
      ),
      counts: [
        {
          what: 'messages',
          expected: all.length * expected,
          counted: all.reduce((sum, { delivered }) => sum + delivered, 0),
        },
      ],
      generatorShare: generator.share,
    };
  },
};

/** @param {string} library the hub, or `bare` */
async function startPublisher(library) {
  const port = await freePort();
  const file = fileURLToPath(new URL('../baselines/publisher.mjs', import.meta.url));
  const program = start(process.execPath, [file, String(port), library], { ipc: true });
  await once(program.child, 'message');
  return {
    port,
    stop: program.stop,
    /** @param {number} count @returns {Promise<{ beganAt: number; cpuMs: number }>} */
    async publish(count) {
      const told = once(program.child, 'message');
      program.child.send({ count });
      const [message] = await told;
      return message;
    },
  };
}
