import { fileURLToPath } from 'node:url';
import { cpuEach, withCpu } from '../support/proc.mjs';
import { freePort, start, untilListening } from '../support/programs.mjs';
import { atLeast, shown } from '../support/row.mjs';
import { median, ratioOf } from '../support/statistics.mjs';
import { interleave, openOn } from '../support/ways.mjs';

/** A gateway takes 50 messages a second from one socket: far more than it answers from so many. */
const SOCKETS = 200;

/** @type {import('../support/row.mjs').Row} */
export const echo = {
  id: 'echo',
  about:
    'messages that are answered a second, each socket waiting for its answer: stored, journalled and told by the agent',
  async run(bench) {
    const stand = await bench.managed();
    const generator = bench.generator();
    const port = await freePort();
    const bare = start(process.execPath, [
      fileURLToPath(new URL('../baselines/ws-echo.mjs', import.meta.url)),
      String(port),
    ]);
    await untilListening(port, bare);
    const direct = stand.asProgram(stand.gatewayPort);
    const sides = [
      { name: 'v1', address: direct, pids: [stand.gatewayPid] },
      { name: 'bare', address: { port, path: '/', headers: {} }, pids: [bare.pid] },
      { name: 'v2', address: { ...direct, protocol: 'pico.v2' }, pids: [stand.gatewayPid] },
    ];
    for (const side of sides) await openOn(generator, side, SOCKETS);
    const count = bench.size(6_000, 400);
    const talk = async (/** @type {import('../support/ways.mjs').Way} */ { name: kind, pids }) =>
      withCpu(pids, () => generator.ask('messages', { pool: kind, kind, count }, { isLoad: kind !== 'v2' }));
    await interleave(sides, 1, talk);
    const measured = await interleave(sides, bench.rounds(7), talk);
    for (const { name } of sides) await generator.ask('close', { pool: name });
    generator.stop();
    await bare.stop();
    const of = (/** @type {string} */ name) => (measured.get(name) ?? []).map(({ perSecond }) => Number(perSecond));
    const all = [...measured.values()].flat();
    const right = all.reduce((sum, { answered, wrong }) => sum + answered - wrong, 0);
    return {
      findings: [
        atLeast('v1 ÷ bare ws', 0.8, ratioOf(of('v1'), of('bare'))),
        atLeast('durable messages of pico.v2', 1_000, median(of('v2')), '/s'),
      ],
      details: Object.fromEntries(
        sides.map(({ name }) => [
          name,
          `${shown(median(of(name)))} messages/s, ${shown(cpuEach(measured.get(name) ?? [], count))} µs of CPU each`,
        ]),
      ),
      counts: [{ what: 'answers', expected: all.length * count, counted: right }],
      generatorShare: generator.share,
    };
  },
};
