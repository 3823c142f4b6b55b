import { fileURLToPath } from 'node:url';
import { cpuEach, withCpu } from '../support/proc.mjs';
import { freePort, start, untilListening } from '../support/programs.mjs';
import { atLeast, shown } from '../support/row.mjs';
import { median, ratioOf } from '../support/statistics.mjs';
import { interleave } from '../support/ways.mjs';

const PATH = '/api/gateway/status';
const CONNECTIONS = 16;

/** @type {import('../support/row.mjs').Row} */
export const statusRoute = {
  id: 'status-route',
  about: `signed-in GET ${PATH}, beside a route of bare Fastify that answers with the same JSON`,
  async run(bench) {
    const stand = await bench.managed();
    const generator = bench.generator();
    const body = await stand.api.text(PATH);
    const port = await freePort();
    const bare = start(process.execPath, [
      fileURLToPath(new URL('../baselines/fastify-route.mjs', import.meta.url)),
      String(port),
      body,
    ]);
    await untilListening(port, bare);
    const headers = { Cookie: stand.cookie };
    const sides = [
      { name: 'launcher', address: { port: stand.port, path: PATH, headers }, pids: [stand.launcherPid] },
      { name: 'Fastify', address: { port, path: PATH, headers }, pids: [bare.pid] },
    ];
    const count = bench.size(10_000, 1_000);
    const ask = async (/** @type {import('../support/ways.mjs').Way} */ { address, pids }) =>
      withCpu(pids, () => generator.ask('requests', { ...address, connections: CONNECTIONS, count }, { isLoad: true }));
    await interleave(sides, 1, ask);
    const measured = await interleave(sides, bench.rounds(9), ask);
    generator.stop();
    await bare.stop();
    const of = (/** @type {string} */ name) => (measured.get(name) ?? []).map(({ perSecond }) => Number(perSecond));
    const all = [...measured.values()].flat();
    return {
      findings: [atLeast('launcher ÷ bare Fastify', 0.7, ratioOf(of('launcher'), of('Fastify')))],
      details: Object.fromEntries(
        sides.map(({ name }) => [
          name,
          `${shown(median(of(name)))} requests/s, ${shown(cpuEach(measured.get(name) ?? [], count))} µs of CPU each`,
        ]),
      ),
      counts: [
        {
          what: 'answers of 200',
          expected: all.length * count,
          counted: all.reduce((sum, { answered }) => sum + answered, 0),
        },
      ],
      generatorShare: generator.share,
    };
  },
};
