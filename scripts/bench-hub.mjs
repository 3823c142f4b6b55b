// npm run bench:hub: what one subscriber that stops reading costs the other 999, in rounds that alternate within one pair
// of processes, so that both cases meet the same machine.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { WebSocketServer } from 'ws';
import { inRoot } from './project.mjs';

const FOLLOWERS = 999;
const ROUNDS = Number(process.argv[2] ?? 20);
/** Per round; a multiple of the step in which the crowd tells its progress. */
const MESSAGES = 200;
const WINDOW = 50;
const STEP = 25;
const HIGH_WATER_BYTES = 1_048_576;

/** The hub as it is at this moment, in JavaScript. */
async function importHub() {
  const { rolldown } = await import('rolldown');
  const folder = mkdtempSync(inRoot('node_modules/.bench-hub-'));
  try {
    const build = await rolldown({ input: inRoot('packages/hub/src/index.ts'), platform: 'node', logLevel: 'warn' });
    await build.write({ dir: folder, format: 'esm', entryFileNames: 'hub.js' });
    return await import(pathToFileURL(`${folder}/hub.js`).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The process of the clients, and a way to wait for what it tells.
 * @param {number} port
 */
function startCrowd(port) {
  const child = fork(inRoot('packages/hub/test/support/crowd.mjs'), [`ws://127.0.0.1:${port}/`, `${FOLLOWERS}`]);
  /** @param {(told: { type: string; number?: number; what?: unknown }) => boolean} condition */
  const until = (condition) =>
    new Promise((resolve, reject) => {
      /** @param {any} told */
      const look = (told) => {
        if (told.type === 'wrong') reject(new Error(String(told.what)));
        if (!condition(told)) return;
        child.off('message', look);
        resolve(told);
      };
      child.on('message', look);
    });
  return { child, until };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
/** @param {number[]} values */
const sorted = (values) => [...values].sort((a, b) => a - b);
/** @param {number[]} values @param {number} share */
const quantile = (values, share) => sorted(values)[Math.floor((values.length - 1) * share)] ?? Number.NaN;

const { createHub, wsSocket } = await importHub();
const hub = createHub({
  maxConnections: FOLLOWERS + 1,
  highWaterBytes: HIGH_WATER_BYTES,
  // That one stays, and stays full; with `disconnect` it would be gone after the first round.
  policyOf: () => 'drop',
});
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false, backlog: 1024 });
server.on('connection', (socket, request) => hub.add(wsSocket(socket, request.socket), { id: 'somebody' }));
await once(server, 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
const { child, until } = startCrowd(port);
await until(({ type }) => type === 'ready');

let number = 0;
/** Messages a second that each of the followers gets. */
async function round(count = MESSAGES) {
  const startedAt = performance.now();
  for (const end = number + count; number < end; ) {
    number += 1;
    // The crowd waits in the kernel for nobody: at most so many messages are on their way.
    const isAtEdge = number > WINDOW && (number - WINDOW) % STEP === 0;
    const caughtUp = isAtEdge ? arrivedAt(number - WINDOW) : undefined;
    hub.publish('news', { number, text: 'x'.repeat(200) });
    await nextTurn();
    await caughtUp;
  }
  await arrivedAt(number);
  return (count * 1000) / (performance.now() - startedAt);
}

let arrived = 0;
/** @type {{ number: number; resolve: () => void }[]} */
let waiting = [];
child.on('message', (/** @type {any} */ told) => {
  if (told.type !== 'progress') return;
  arrived = told.number;
  for (const one of waiting) if (one.number <= arrived) one.resolve();
  waiting = waiting.filter((one) => one.number > arrived);
});
/** @param {number} awaited @returns {Promise<void>} */
const arrivedAt = async (awaited) => {
  if (arrived < awaited)
    await new Promise((resolve) => waiting.push({ number: awaited, resolve: () => resolve(undefined) }));
};

/** @param {'pause' | 'resume'} what */
async function order(what) {
  const done = until(({ type }) => type === `${what}d`);
  child.send(what);
  await done;
  if (what === 'resume') {
    while (hub.stats().pendingBytes > 0) await nextTurn();
    return;
  }
  for (let before = hub.stats().dropped; hub.stats().dropped < before + 64; await nextTurn()) {
    hub.publish('flood', 'x'.repeat(16_384));
  }
}

for (let warmUp = 0; warmUp < 4; warmUp += 1) await round();
/** @type {{ with: number[]; without: number[] }} */
const rates = { with: [], without: [] };
/** @type {number[]} */
const ratios = [];
let peakBytes = 0;
for (let count = 0; count < ROUNDS; count += 1) {
  // The order within a pair alternates too: whoever comes second meets a warmer machine.
  for (const isStalled of count % 2 === 0 ? [false, true] : [true, false]) {
    await order(isStalled ? 'pause' : 'resume');
    // What the kernel still holds for the one that reads again is none of this round's business.
    await round(WINDOW);
    const rate = await round();
    rates[isStalled ? 'with' : 'without'].push(rate);
    if (isStalled) peakBytes = Math.max(peakBytes, hub.stats().pendingBytes);
  }
  ratios.push((rates.with.at(-1) ?? 0) / (rates.without.at(-1) ?? 1));
}
const perSecond = (/** @type {number[]} */ values) => `${Math.round(quantile(values, 0.5) * FOLLOWERS)} messages/s`;
console.log(`${FOLLOWERS} subscribers, all reading:        ${perSecond(rates.without)}`);
console.log(`${FOLLOWERS} subscribers and one that stalls: ${perSecond(rates.with)}`);
const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share).toFixed(3));
console.log(`ratio, median of ${ROUNDS} pairs: ${middle} (half of them between ${low} and ${high})`);
console.log(`waiting for the one that stalls: ${peakBytes} bytes of at most ${HIGH_WATER_BYTES}`);
child.kill('SIGKILL');
server.close();
await hub.close({ graceMs: 0 });
