// CPU profiles and heap statistics of processes that run already: SIGUSR1 has Node open its inspector.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { INSPECT_PORT } from './stand.mjs';

/** Node's own; a gateway that a launcher has started has been given no other. */
const USUAL_PORT = 9_229;
const SAMPLE_US = 200;
const HEAP = `JSON.stringify({
  memory: process.memoryUsage(),
  heap: process.getBuiltinModule('v8').getHeapStatistics(),
  spaces: process.getBuiltinModule('v8').getHeapSpaceStatistics(),
})`;

/**
 * Profiles launcher and gateway of a stand until the answer is called, which writes `<row>-<kind>-<process>.cpuprofile`
 * and `.heap.json`.
 * @param {string} folder @param {{ kind: string; launcherPid: number; gatewayPid: number }} stand
 */
export async function startProfiles(folder, { kind, launcherPid, gatewayPid }) {
  mkdirSync(folder, { recursive: true });
  const profiled = [
    { name: 'launcher', inspector: await openInspector(launcherPid, INSPECT_PORT) },
    { name: 'gateway', inspector: await openInspector(gatewayPid, USUAL_PORT) },
  ];
  /** @param {string} row */
  return async (row) => {
    for (const { name, inspector } of profiled) {
      const file = join(folder, `${row}-${kind}-${name}`);
      const { profile } = await inspector.call('Profiler.stop');
      writeFileSync(`${file}.cpuprofile`, JSON.stringify(profile));
      const { result } = await inspector.call('Runtime.evaluate', { expression: HEAP });
      writeFileSync(`${file}.heap.json`, `${JSON.stringify(JSON.parse(result.value), undefined, 2)}\n`);
      // For the next row.
      await inspector.call('Profiler.start');
    }
  };
}

/** @param {number} pid @param {number} port */
async function openInspector(pid, port) {
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await inspectorUrl(port));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  let lastId = 0;
  /** @type {Map<number, (result: any) => void>} */
  const waiting = new Map();
  socket.on('message', (text) => {
    const { id, result } = JSON.parse(String(text));
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  /** @param {string} method @param {object} [params] @returns {Promise<any>} */
  const call = (method, params = {}) =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      socket.send(JSON.stringify({ id: lastId, method, params }));
    });
  await call('Profiler.enable');
  await call('Profiler.setSamplingInterval', { interval: SAMPLE_US });
  await call('Profiler.start');
  return { call };
}

/** @param {number} port @returns {Promise<string>} */
async function inspectorUrl(port) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const list = await fetch(`http://127.0.0.1:${port}/json/list`).then(
      (response) => /** @type {Promise<{ webSocketDebuggerUrl: string }[]>} */ (response.json()),
      () => [],
    );
    if (list[0] !== undefined) return list[0].webSocketDebuggerUrl;
    await delay(50);
  }
  throw new Error(`no inspector on port ${port}: is another one open there?`);
}
