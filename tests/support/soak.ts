import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished } from 'vitest';
import { freshHome, writeHomeFile } from './home.ts';
import { type Latencies, watchLatency } from './latency.ts';
import { complaints, descriptors, residentMb } from './process-health.ts';
import { pidOfGateway, pidRecord, startLauncher } from './processes.ts';
import { signIn } from './sign-in.ts';
import { openSteadyChats, type SteadyPlan, type SteadyReport } from './steady-chats.ts';

const TOKEN = 'launcher-token-for-tests';
/** Connections that the launcher has by itself, and files that are about to be closed. */
const OWN_DESCRIPTORS = 10;
const ASK_EVERY_MS = 50;

/** How much is put on a launcher, and for how long. */
export interface SoakPlan {
  readonly connections: number;
  readonly seconds: number;
  /** Of the same load, before it is looked what the processes hold: what they need once, they keep. */
  readonly warmUpSeconds: number;
  readonly hostilePerMinute: number;
  readonly steady: SteadyPlan;
  /** How much memory both may hold afterwards, by what they held before; they have this long to give it back. */
  readonly mayHoldMb: (beforeMb: number) => number;
  readonly settleSeconds: number;
}

/** What the load has come to. */
interface LoadReport {
  readonly chats: number;
  readonly opened: number;
  readonly lost: number;
  readonly said: number;
  readonly answered: number;
  readonly api: number;
  readonly attacks: number;
  /** How often hostile requests were answered with which status; `left` went before there was one. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
}

/** What a process holds. */
interface Holding {
  readonly descriptors: number;
  readonly memoryMb: number;
}

/** What a run has shown; launcher first, then gateway. */
export interface SoakReport {
  readonly load: LoadReport;
  readonly steady: SteadyReport;
  /** What a person saw who was signed in meanwhile. */
  readonly person: Latencies;
  readonly before: readonly Holding[];
  readonly peak: readonly Holding[];
  readonly after: readonly Holding[];
  /** Who has not given back what it took, and what that is. */
  readonly kept: readonly object[];
}

/** Puts a mixed load on a launcher and its gateway, and waits for what they took; throws when one of them complained. */
export async function runSoak(plan: SoakPlan): Promise<SoakReport> {
  const home = freshHome();
  const max_connections = 2 * (plan.connections + plan.steady.chats);
  writeHomeFile(home, 'config.json', { channels: { pico: { enabled: true, max_connections } } });
  const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const cookie = await signIn(launcher.url, TOKEN);
  const gatewayPid = pidOfGateway(home);
  const hold = () => [launcher.child.pid ?? 0, gatewayPid].map(holdingOf);
  const load = startLoad(launcher.port, cookie, plan);

  await load.run(async () => {
    const chats = await openSteadyChats({ ...launcher, cookie }, plan.steady);
    await chats.talk(plan.warmUpSeconds);
    await chats.close();
  });
  const before = hold();
  let peak = before;
  let person: Latencies | undefined;
  let steady: SteadyReport | undefined;
  await load.run(async () => {
    const chats = await openSteadyChats({ ...launcher, cookie }, plan.steady);
    const stopWatching = watchPerson(launcher.url, cookie);
    steady = await chats.talk(plan.seconds);
    person = await stopWatching();
    peak = hold();
    await chats.close();
  });
  if (person === undefined || steady === undefined) throw new Error('nobody has watched');
  const kept = await waitForTheRest(plan, before, hold);
  expect([launcher.child.exitCode, pidRecord(home)?.pid]).toEqual([null, gatewayPid]);
  expect(complaints(home, launcher.output())).toEqual([]);
  return { load: await load.report(), steady, person, before, peak, after: hold(), kept };
}
const holdingOf = (pid: number): Holding => ({
  descriptors: descriptors(pid),
  memoryMb: Math.round(residentMb(pid)),
});

/** What somebody does who is signed in and looks at pages. */
const watchPerson = (url: string, cookie: string) =>
  watchLatency(
    ['/', '/api/gateway/status', '/api/sessions?limit=20'].map((path) => ({
      url: `${url}${path}`,
      headers: { cookie },
    })),
    ASK_EVERY_MS,
  );

/** Answers with what is still held when the time to settle is over. */
async function waitForTheRest(plan: SoakPlan, before: readonly Holding[], hold: () => Holding[]): Promise<object[]> {
  const tooMuch = () =>
    hold().flatMap((now, index) => {
      const { descriptors: open = 0, memoryMb = 0 } = before[index] ?? {};
      const isBack = now.descriptors <= open + OWN_DESCRIPTORS && now.memoryMb <= plan.mayHoldMb(memoryMb);
      return isBack ? [] : [{ process: index === 0 ? 'launcher' : 'gateway', before: before[index], now }];
    });
  const deadline = Date.now() + plan.settleSeconds * 1_000;
  while (tooMuch().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 500));
  return tooMuch();
}

/** The process that loads. */
function startLoad(port: number, cookie: string, { connections, hostilePerMinute }: SoakPlan) {
  const path = new URL('./soak-load.mjs', import.meta.url);
  const child: ChildProcess = fork(path, [port, cookie, connections, hostilePerMinute].map(String), { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const tell = async (order: string) => {
    child.send(order);
    return (await once(child, 'message'))[0] as LoadReport;
  };
  const progress = async () => {
    const { chats, wrong } = await tell('report');
    return { isFull: chats >= connections * 0.9, wrong };
  };
  return {
    report: () => tell('report'),
    /** Comes to its full height and stays there while that is done; settles when all connections are closed again. */
    async run(whileFull: () => Promise<void>): Promise<void> {
      child.send('ramp');
      await expect.poll(progress, { timeout: 120_000, interval: 250 }).toEqual({ isFull: true, wrong: [] });
      await whileFull();
      await tell('calm');
    },
  };
}
