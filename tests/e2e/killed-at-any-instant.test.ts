import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { api } from '../support/api.ts';
import { freePort, freshHome, readHomeJson } from '../support/home.ts';
import { built, isAlive, pidRecord, run, until } from '../support/processes.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { answerIn, ask, handshake } from '../support/sockets.ts';

const KILLS = 30;
/** What is written meanwhile goes on for so long, so that most kills hit some of it. */
const WORK_MS = 250;
/** Stands for what is there before anything was written. */
const FIRST = 1_000;
const SEED = Date.now() % 100_000;

interface Place {
  readonly home: string;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
}

async function aPlace(): Promise<Place> {
  const [home, port, gatewayPort] = [freshHome(), await freePort(), await freePort()];
  const env = { PICOCLAW_LAUNCHER_PORT: String(port), PICOCLAW_GATEWAY_PORT: String(gatewayPort) };
  return { home, url: `http://127.0.0.1:${port}`, env };
}

const start = ({ home, env }: Place) => run(built('cli.js'), { home, env, args: ['--no-browser'] });
const tokenIn = ({ home }: Place) => String(readHomeJson(home, 'launcher-config.json')['launcher_token']);
const answers = ({ url }: Place) =>
  fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

/** A number that goes up, and what has to be on the disk at least: what was acknowledged, or was there after a kill. */
interface Counter {
  asked: number;
  stored: number;
}

/** Changes every file that there is, again and again, until the launcher is gone. */
async function keepWriting(place: Place, counter: Counter): Promise<void> {
  const headers = { authorization: `Bearer ${tokenIn(place)}`, 'content-type': 'application/json' };
  const send = (method: string, path: string, body: object) =>
    fetch(`${place.url}${path}`, { method, headers, body: JSON.stringify(body) });
  for (;;) {
    counter.asked += 1;
    const { ok } = await send('PUT', '/api/system/launcher-config', { login_attempts_per_minute: counter.asked });
    if (ok) counter.stored = counter.asked;
    await send('PUT', '/api/system/gateway-config', { 'channels.pico.ping_interval': counter.asked });
    await send('POST', '/api/pico/token', {});
  }
}

/** Every file is whole and its owner's alone, and what was acknowledged is in it. */
function expectWhole({ home }: Place, counter: Counter): void {
  for (const name of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
    const status = statSync(join(home, name), { throwIfNoEntry: false });
    // What ends with tmp has not got its name yet, and may be half.
    if (status?.isFile() !== true || name.endsWith('.tmp')) continue;
    expect([name, status.mode & 0o077]).toEqual([name, 0]);
    if (/config\.json$/.test(name)) expect(readHomeJson(home, name)).toBeTypeOf('object');
    if (name === '.security.yml') expect(readFileSync(join(home, name), 'utf8')).toMatch(/^ +token: \S{20,}\n$/m);
    // Half a record would throw.
    if (name === '.picoclaw.pid') expect(pidRecord(home)?.token).toMatch(/^[0-9a-f]{32}$/);
    if (name !== 'launcher-config.json') continue;
    const { login_attempts_per_minute: found = FIRST } = readHomeJson(home, name) as Record<string, number>;
    expect([counter.stored, counter.asked]).toContain(found);
    counter.stored = found;
  }
}

it(`after ${KILLS} kills at any instant all files are whole, what was acknowledged is there, and a start needs no help`, {
  timeout: 240_000,
}, async () => {
  const place = await aPlace();
  const random = seededRandom(SEED);
  const counter = { asked: FIRST, stored: FIRST };
  let startMs = 400;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const isWorking = random() < 0.5;
    const startedAt = performance.now();
    const launcher = start(place);
    let written: Promise<void> | undefined;
    if (isWorking) {
      await until(
        () => answers(place),
        () => `seed ${SEED}: ${launcher.output()}`,
      );
      startMs = performance.now() - startedAt;
      written = keepWriting(place, counter).catch(() => {});
    }
    await sleep(random() * (isWorking ? WORK_MS : startMs));
    const gatewayPid = pidRecord(place.home)?.pid ?? 0;
    if (random() < 0.5 && isAlive(gatewayPid)) process.kill(gatewayPid, 'SIGKILL');
    await launcher.kill('SIGKILL');
    await written;
    expectWhole(place, counter);
  }
  const launcher = start(place);
  await until(() => answers(place), launcher.output);
  const calls = api(place.url, tokenIn(place));
  await until(async () => (await calls.status())['gateway_status'] === 'running', launcher.output);
  const headers = { authorization: `Bearer ${tokenIn(place)}` };
  const { socket } = await handshake(`${place.url.replace('http', 'ws')}/pico/ws`, { headers });
  expect(answerIn(await ask(socket, '/echo all well'))).toBe('all well');
  socket.terminate();
});
