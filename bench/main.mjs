// npm run bench: the goals of docs/performance.md, measured on the build beside what they are compared with.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { install as installPackages } from '../scripts/install.mjs';
import { inRoot } from '../scripts/project.mjs';
import { echo } from './rows/echo.mjs';
import { hub } from './rows/hub.mjs';
import { idleChats, idleMemory } from './rows/idle.mjs';
import { install } from './rows/install.mjs';
import { reconnectStorm } from './rows/reconnect-storm.mjs';
import { relayCpu } from './rows/relay-cpu.mjs';
import { roundTrip, unixWay } from './rows/round-trip.mjs';
import { firstAnswer, idleRss, start } from './rows/start.mjs';
import { statusRoute } from './rows/status-route.mjs';
import { stream } from './rows/stream.mjs';
import { upgrades } from './rows/upgrades.mjs';
import { createBench } from './support/bench.mjs';
import { busyness, describe, machine, plain, table, wrongCounts } from './support/report.mjs';

const ROWS = [
  ...[roundTrip, unixWay, relayCpu, idleMemory, upgrades, stream, idleChats, reconnectStorm],
  ...[start, idleRss, firstAnswer, statusRoute, echo, hub, install],
];

const HELP = `npm run bench -- [options]
  --only <row,…>   these rows alone: ${ROWS.map(({ id }) => id).join(', ')}
  --quick          small numbers and one round: whether it runs, not how fast
  --rounds <n>     so many rounds of each row, instead of its own number
  --json           the whole result as JSON
  --profile        CPU profiles and heap statistics of launcher and gateway, in bench/profiles`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    json: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const rows = chosenRows(values.only);
// Not in the middle of what is measured: `npm start` is one of the rows.
installPackages();
await build();
const busy = busyness();
const bench = createBench({
  isQuick: values.quick,
  rounds: roundsOf(values.rounds),
  profileFolder: values.profile ? inRoot(join('bench', 'profiles')) : undefined,
});
/** @type {import('./support/report.mjs').Outcome[]} */
const outcomes = [];
for (const row of rows) {
  const outcome = await runRow(row);
  outcomes.push(outcome);
  if (!values.json) console.log(`${describe(outcome)}\n`);
}
await bench.close();
const isRight = outcomes.every((outcome) => outcome.failure === undefined && wrongCounts(outcome).length === 0);
if (values.json)
  console.log(JSON.stringify({ machine: machine(), busy, isRight, rows: outcomes.map(plain) }, undefined, 2));
else {
  const { processors, model, memoryGb, node, platform } = machine();
  console.log(
    `${processors} × ${model}, ${memoryGb} GB, ${platform}, Node ${node}${busy ? `; ${busy}` : ''}\n\n${table(outcomes)}`,
  );
}
// A goal that is missed is a result; a count that is wrong is a fault.
process.exit(isRight ? 0 : 1);

/** @param {import('./support/row.mjs').Row} row @returns {Promise<import('./support/report.mjs').Outcome>} */
async function runRow({ id, about, run }) {
  const beganAt = performance.now();
  const seconds = () => (performance.now() - beganAt) / 1_000;
  try {
    const result = await run(bench);
    return { id, about, seconds: seconds(), result };
  } catch (error) {
    return { id, about, seconds: seconds(), failure: error instanceof Error ? error.message : String(error) };
  } finally {
    await bench.endRow(id);
  }
}

/** @param {string | undefined} only */
function chosenRows(only) {
  if (only === undefined) return ROWS;
  const wanted = only.split(',').map((id) => id.trim());
  const unknown = wanted.filter((id) => !ROWS.some((row) => row.id === id));
  if (unknown.length > 0) refuse(`There is no row ${unknown.join(', ')}.`);
  return ROWS.filter(({ id }) => wanted.includes(id));
}

/** @param {string | undefined} text */
function roundsOf(text) {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(text)) refuse('--rounds takes a number from 1 to 999.');
  return Number(text);
}

/** @param {string} message */
function refuse(message) {
  console.error(`${message}\n\n${HELP}`);
  process.exit(2);
}
