// A launcher and a gateway of the build, as people run them: their own home, their own tokens, their usual log.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inRoot } from '../../scripts/project.mjs';
import { freePort, freshFolder, start, untilListening } from './programs.mjs';

const LAUNCHER_TOKEN = 'launcher-token-of-the-bench';
export const CHANNEL_TOKEN = 'channel-token-of-the-bench';
/** More than any row opens. */
const MAX_CONNECTIONS = 20_000;
const READY_WITHIN_MS = 30_000;

/** A home with a channel that is on, and the environment of programs that live in it. */
export async function makeHome() {
  const home = freshFolder();
  const [port, gatewayPort] = [await freePort(), await freePort()];
  const pico = { enabled: true, token: CHANNEL_TOKEN, max_connections: MAX_CONNECTIONS };
  writeFileSync(join(home, 'config.json'), JSON.stringify({ channels: { pico } }), { mode: 0o600 });
  /** @type {Record<string, string>} */
  const env = {
    ...{ HOME: home, PICOCLAW_HOME: home, PICOCLAW_LAUNCHER_TOKEN: LAUNCHER_TOKEN },
    ...{ PICOCLAW_LAUNCHER_PORT: String(port), PICOCLAW_GATEWAY_PORT: String(gatewayPort) },
  };
  return { home, port, gatewayPort, env };
}

/**
 * Starts both: `managed` has the launcher start its gateway; `adopted` starts one by hand first.
 * @param {'managed' | 'adopted'} kind
 */
export async function startStand(kind) {
  const { home, port, gatewayPort, env } = await makeHome();
  const run = (/** @type {string[]} */ args) => start(process.execPath, args, { cwd: home, env });
  const gateway = kind === 'adopted' ? run([inRoot('dist/cli.js'), 'gateway']) : undefined;
  if (gateway !== undefined) await untilListening(gatewayPort, gateway);
  const launcher = run([...inspectPort, inRoot('dist/cli.js'), '--no-browser']);
  await untilListening(port, launcher);
  const api = createApi(port);
  await untilReady(api, launcher);
  const { pid: gatewayPid } = JSON.parse(readFileSync(join(home, '.picoclaw.pid'), 'utf8'));
  const cookie = await api.signIn();
  return {
    ...{ kind, home, port, gatewayPort, api, launcherPid: launcher.pid, gatewayPid: Number(gatewayPid) },
    /** As a browser comes: with a session, from a page of the launcher. */
    asBrowser: { port, path: '/pico/ws', headers: { Cookie: cookie, Origin: `http://127.0.0.1:${port}` } },
    /** As a program comes, to whoever listens on that port. @param {number} [at] */
    asProgram: (at = port) => ({ port: at, path: '/pico/ws', headers: { Authorization: `Bearer ${CHANNEL_TOKEN}` } }),
    cookie,
    transport: () => transportOf(api),
    async close() {
      await launcher.stop();
      await gateway?.stop();
    },
  };
}

/** Where the launcher's inspector would listen; that of the gateway has the usual port. */
export const INSPECT_PORT = 9_339;
const inspectPort = [`--inspect-port=${INSPECT_PORT}`];

/** The launcher's API, as a program calls it. @param {number} port */
function createApi(port) {
  const url = `http://127.0.0.1:${port}`;
  const headers = { authorization: `Bearer ${LAUNCHER_TOKEN}` };
  return {
    /** @param {string} path */
    text: async (path) => (await fetch(`${url}${path}`, { headers })).text(),
    /** @param {string} path */
    post: async (path) => (await fetch(`${url}${path}`, { method: 'POST', headers })).status,
    async signIn() {
      const body = JSON.stringify({ token: LAUNCHER_TOKEN });
      const json = { 'content-type': 'application/json' };
      const response = await fetch(`${url}/login`, { method: 'POST', headers: json, body });
      if (response.status !== 200) throw new Error(`the sign-in was answered by ${response.status}`);
      return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    },
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */

/** @param {Api} api @param {import('./programs.mjs').Program} launcher */
async function untilReady(api, launcher) {
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  while (!(await api.text('/api/gateway/status')).includes('"gateway_status":"running"')) {
    if (performance.now() > giveUpAt) throw new Error(`the gateway is not running: ${launcher.said()}`);
    await delay(20);
  }
}

/** What the launcher itself says of how it reaches its gateway, where it says it. @param {Api} api */
async function transportOf(api) {
  const lines = (await api.text('/metrics')).split('\n');
  const told = lines.filter((line) => /transport|handoff|handed/i.test(line) && !line.startsWith('#'));
  return told.length > 0 ? told.join(', ') : 'http-proxy over TCP (the metrics name no other transport)';
}
