import { setTimeout as delay } from 'node:timers/promises';
import { descriptorLimit, rssKb, sumOf } from '../support/proc.mjs';
import { atMost, shown } from '../support/row.mjs';
import { missingFronts, openOn, waysTo } from '../support/ways.mjs';

/** So long after the last one was opened, what its opening took has been given back, or never is. */
const SETTLE_MS = 25_000;

/** @type {import('../support/row.mjs').Row} */
export const idleMemory = {
  id: 'idle-memory',
  about: 'how much a chat in which nothing is said takes in the launcher',
  async run(bench) {
    const managed = await measure(bench, 'managed');
    const adopted = await measure(bench, 'adopted');
    return {
      findings: [
        atMost('launcher, gateway of its own', 3, managed.kb('launcher'), 'KB'),
        atMost('launcher, gateway of somebody else', 9, adopted.kb('launcher'), 'KB'),
      ],
      details: {
        ...managed.details,
        'transport to its own': managed.transport,
        "transport to somebody else's": adopted.transport,
      },
      counts: [managed.counts, adopted.counts],
      notes: managed.notes,
    };
  },
};

/** @param {import('../support/bench.mjs').Bench} bench @param {'managed' | 'adopted'} kind */
async function measure(bench, kind) {
  const stand = await bench.unused(kind);
  const generator = bench.generator();
  const [first, then] = bench.size([1_000, 3_000], [100, 200]);
  const ways = waysTo(stand).filter(({ pids, name }) => pids.length > 0 && (kind === 'managed' || name === 'launcher'));
  /** @type {Map<string, number>} */
  const kb = new Map();
  for (const way of ways) {
    // The first ones pay for what all of them use.
    await openOn(generator, way, first);
    await delay(bench.size(SETTLE_MS, 200));
    const before = sumOf(way.pids, rssKb);
    await openOn(generator, way, then);
    await delay(bench.size(SETTLE_MS, 200));
    kb.set(way.name, (sumOf(way.pids, rssKb) - before) / then);
  }
  let wereOpen = 0;
  for (const { name } of ways) wereOpen += (await generator.ask('close', { pool: name })).wereOpen;
  const transport = await stand.transport();
  generator.stop();
  await stand.close();
  return {
    kb: (/** @type {string} */ name) => kb.get(name) ?? Number.NaN,
    details: Object.fromEntries([...kb].map(([name, value]) => [name, `${shown(value)} KB per connection`])),
    transport,
    counts: { what: 'connections that stayed', expected: ways.length * (first + then), counted: wereOpen },
    notes: missingFronts(stand),
  };
}

/** Descriptors that a launcher needs besides those of chats. */
const OTHER_DESCRIPTORS = 300;

/** @type {import('../support/row.mjs').Row} */
export const idleChats = {
  id: 'idle-chats',
  about: '10,000 chats in which nothing is said, through the launcher: the memory of both processes',
  async run(bench) {
    const wanted = bench.size(10_000, 500);
    const stand = await bench.unused('managed');
    const generator = bench.generator();
    const limit = Math.min(descriptorLimit(stand.launcherPid), descriptorLimit('self'));
    // A proxied chat takes two of the launcher's descriptors.
    const possible = Math.min(wanted, Math.floor((limit - OTHER_DESCRIPTORS) / 2));
    const pids = [stand.launcherPid, stand.gatewayPid];
    const before = pids.map(rssKb);
    const way = { name: 'launcher', address: stand.asBrowser, pids };
    const beganAt = performance.now();
    await openOn(generator, way, possible);
    const openedWithin = (performance.now() - beganAt) / 1_000;
    await delay(bench.size(SETTLE_MS, 200));
    const after = pids.map(rssKb);
    const { wereOpen } = await generator.ask('close', { pool: way.name });
    generator.stop();
    const transport = await stand.transport();
    await stand.close();
    const mb = (/** @type {number[]} */ kb) => kb.map((value) => shown(value / 1_024)).join(' + ');
    return {
      findings: [
        atMost(`launcher + gateway, ${possible} chats`, 220, after.reduce((sum, kb) => sum + kb, 0) / 1_024, 'MB'),
      ],
      details: {
        'launcher + gateway': `${mb(after)} MB, ${mb(before)} MB before`,
        opened: `within ${shown(openedWithin)} s`,
        transport,
      },
      counts: [{ what: 'chats that stayed', expected: possible, counted: wereOpen }],
      notes:
        possible < wanted
          ? [`only ${possible} of ${wanted} chats: a process may have ${limit} descriptors here (ulimit -n)`]
          : [],
    };
  },
};
