import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inRoot } from '../../scripts/project.mjs';
import { encode } from '../support/frames.mjs';
import { rssKb } from '../support/proc.mjs';
import { freePort, start as startProgram } from '../support/programs.mjs';
import { openSocket } from '../support/raw-socket.mjs';
import { atMost, shown } from '../support/row.mjs';
import { CHANNEL_TOKEN, makeHome } from '../support/stand.mjs';
import { median, ratioOf } from '../support/statistics.mjs';

const baseline = fileURLToPath(new URL('../baselines/bare-http.mjs', import.meta.url));

/** @type {import('../support/row.mjs').Row} */
export const start = {
  id: 'start',
  about: 'from the start of the process to the first answer of /health, in a home that was used before',
  async run(bench) {
    const { launcher, bare } = await measureStarts(bench, bench.rounds(15), async () => 0);
    const times = { launcher: launcher.map(({ ms }) => ms), bare: bare.map(({ ms }) => ms) };
    return {
      findings: [atMost('launcher ÷ bare Node', 1.7, ratioOf(times.launcher, times.bare))],
      details: { launcher: `${shown(median(times.launcher))} ms`, 'bare Node': `${shown(median(times.bare))} ms` },
      counts: [{ what: 'starts', expected: 2 * bench.rounds(15), counted: launcher.length + bare.length }],
    };
  },
};

/** @type {import('../support/row.mjs').Row} */
export const idleRss = {
  id: 'idle-rss',
  about: 'resident memory of a launcher in which nothing happens, some seconds after its start',
  async run(bench) {
    const rounds = bench.rounds(5);
    const { launcher, bare } = await measureStarts(bench, rounds, async (pid) => {
      await delay(bench.size(4_000, 500));
      return rssKb(pid) / 1_024;
    });
    const mb = { launcher: launcher.map(({ mb }) => mb), bare: bare.map(({ mb }) => mb) };
    return {
      findings: [atMost('launcher ÷ bare Node', 1.35, ratioOf(mb.launcher, mb.bare))],
      details: { launcher: `${shown(median(mb.launcher))} MB`, 'bare Node': `${shown(median(mb.bare))} MB` },
      counts: [{ what: 'starts', expected: 2 * rounds, counted: launcher.length + bare.length }],
    };
  },
};

/**
 * Starts a launcher and bare Node in turn; `look` measures something once it answers.
 * @param {import('../support/bench.mjs').Bench} bench @param {number} rounds @param {(pid: number) => Promise<number>} look
 */
async function measureStarts(bench, rounds, look) {
  const { home, port, env } = await makeHome();
  const barePort = await freePort();
  const profile =
    bench.profileFolder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', join(bench.profileFolder, 'start')];
  const sides = {
    launcher: { args: [...profile, inRoot('dist/cli.js'), '--no-browser'], port, env, cwd: home },
    bare: { args: [baseline, String(barePort)], port: barePort, env: {}, cwd: home },
  };
  /** @type {Record<'launcher' | 'bare', { ms: number; mb: number }[]>} */
  const measured = { launcher: [], bare: [] };
  // The first start makes what later ones find.
  for (let round = bench.size(-1, 0); round < rounds; round += 1) {
    for (const name of /** @type {const} */ (['launcher', 'bare'])) {
      const one = await startOnce(sides[name], look);
      if (round >= 0) measured[name].push(one);
    }
  }
  return measured;
}

/**
 * @param {{ args: string[]; port: number; env: Record<string, string>; cwd: string }} side
 * @param {(pid: number) => Promise<number>} look
 */
async function startOnce({ args, port, env, cwd }, look) {
  const beganAt = performance.now();
  const program = startProgram(process.execPath, args, { env, cwd });
  while (!(await answers(port))) {
    if (program.child.exitCode !== null) throw new Error(`it has ended instead of answering: ${program.said()}`);
  }
  const ms = performance.now() - beganAt;
  const mb = await look(program.pid);
  await program.stop();
  return { ms, mb };
}

/** Whether /health answers now; a refused connection is found out within a millisecond. @param {number} port */
const answers = async (port) => {
  const isThere = await new Promise((resolve) => {
    const asked = request({ port, host: '127.0.0.1', path: '/health', agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200));
    });
    asked.once('error', () => resolve(false)).end();
  });
  if (!isThere) await delay(1);
  return isThere;
};

/** @type {import('../support/row.mjs').Row} */
export const firstAnswer = {
  id: 'first-answer',
  about: 'npm start of what is built: until the first answer in the chat, through the launcher',
  async run(bench) {
    const rounds = bench.rounds(7);
    const { home, port, env } = await makeHome();
    const sides = {
      npm: { command: 'npm', args: ['start', '--silent', '--', '--no-browser'] },
      node: { command: process.execPath, args: [inRoot('scripts/start.mjs'), '--no-browser'] },
    };
    /** @type {Record<'npm' | 'node', number[]>} */
    const times = { npm: [], node: [] };
    for (let round = bench.size(-1, 0); round < rounds; round += 1) {
      for (const name of /** @type {const} */ (['npm', 'node'])) {
        const beganAt = performance.now();
        const program = startProgram(sides[name].command, sides[name].args, {
          env: { ...env, HOME: home },
          cwd: inRoot('.'),
        });
        await firstAnswerOf(port, program);
        if (round >= 0) times[name].push(performance.now() - beganAt);
        await program.stop();
      }
    }
    return {
      findings: [atMost('npm start → answer', 700, median(times.npm), 'ms')],
      details: { 'npm start': `${shown(median(times.npm))} ms`, 'without npm': `${shown(median(times.node))} ms` },
      counts: [{ what: 'answers', expected: 2 * rounds, counted: times.npm.length + times.node.length }],
    };
  },
};

/** @param {number} port @param {import('../support/programs.mjs').Program} program */
async function firstAnswerOf(port, program) {
  const address = { port, path: '/pico/ws', headers: { Authorization: `Bearer ${CHANNEL_TOKEN}` } };
  for (;;) {
    const socket = await openSocket(address).catch(() => undefined);
    if (socket !== undefined) {
      await new Promise((resolve) => {
        socket.onText = (beginning) => beginning.includes('"message.create"') && resolve(undefined);
        socket.write(encode(JSON.stringify({ type: 'message.send', payload: { content: '/echo hello' } })));
      });
      return socket.end();
    }
    if (program.child.exitCode !== null) throw new Error(`it has ended instead of answering: ${program.said()}`);
    await delay(3);
  }
}
