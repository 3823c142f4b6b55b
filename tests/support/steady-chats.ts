import { onTestFinished } from 'vitest';
import { startGenerator } from '../../bench/support/generator.mjs';

/** Chats that stay open and say something all the time. */
export interface SteadyPlan {
  readonly chats: number;
  /** Pings of the protocol from each of them, evenly. */
  readonly perSecond: number;
}

/** What has come of them; what was measured is of windows of some seconds each, in ms. */
export interface SteadyReport {
  readonly said: number;
  readonly answered: number;
  /** 99 of 100 pings of somebody else had their answers within this. */
  readonly roundTripP99: readonly number[];
  /** Of the launcher's event loop, from `/metrics`; its timer has a resolution of 10 ms, which is part of it. */
  readonly launcherLoopP99: readonly number[];
}

const WINDOW_SECONDS = 10;
const PROBING = 20;
const PROBES = 100;
/** Far less than what is measured beside it. */
const PROBE_EVERY_MS = 200;

interface Launcher {
  readonly url: string;
  readonly port: number;
  readonly cookie: string;
}

/** Opens the chats; answers with the ways to have them talk for a while, and to close them. */
export async function openSteadyChats({ url, port, cookie }: Launcher, { chats, perSecond }: SteadyPlan) {
  const [talkers, prober] = [startGenerator(), startGenerator()];
  const stop = () => {
    talkers.stop();
    prober.stop();
  };
  onTestFinished(stop);
  const address = { port, path: '/pico/ws', headers: { Cookie: cookie, Origin: url } };
  const open = async (generator: typeof talkers, pool: string, count: number) => {
    const { opened, refusals } = await generator.ask('open', { pool, addresses: Array(count).fill(address) });
    if (opened !== count) throw new Error(`${opened} of ${count} chats are open: ${JSON.stringify(refusals)}`);
  };
  await open(talkers, 'talking', chats);
  await open(prober, 'probing', PROBING);

  const talkFor = async (seconds: number) => {
    let isOver = false;
    const talking = talkers.ask('steady', { pool: 'talking', perSecond, seconds }).finally(() => {
      isOver = true;
    });
    const times: number[] = [];
    while (!isOver) {
      times.push(...(await prober.ask('round-trips', { pool: 'probing', count: PROBES })).times);
      await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
    }
    times.sort((one, other) => one - other);
    const { sent, answered } = await talking;
    return { sent, answered, p99: times[Math.floor(times.length * 0.99)] ?? 0 };
  };
  const launcherLoop = async () => {
    const body = await (await fetch(`${url}/metrics`, { headers: { cookie } })).text();
    return 1_000 * Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(body)?.[1]);
  };
  const talk = async (seconds: number): Promise<SteadyReport> => {
    const report = { said: 0, answered: 0, roundTripP99: [] as number[], launcherLoopP99: [] as number[] };
    // What is told is of the time since it was asked last.
    await launcherLoop();
    for (let left = seconds; left > 0; left -= WINDOW_SECONDS) {
      const { sent, answered, p99 } = await talkFor(Math.min(left, WINDOW_SECONDS));
      report.said += sent;
      report.answered += answered;
      report.roundTripP99.push(p99);
      report.launcherLoopP99.push(await launcherLoop());
    }
    return report;
  };
  const close = async () => {
    await Promise.all([talkers.ask('close', { pool: 'talking' }), prober.ask('close', { pool: 'probing' })]);
    stop();
  };
  return { talk, close };
}
