import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { api } from './api.ts';
import { createFaultClient, type FaultClient } from './fault-client.ts';
import { freePort, freshHome, writeHomeFile } from './home.ts';
import { isAlive, pidRecord, type RunningProgram, startGateway, startLauncher, until } from './processes.ts';
import { WAY_OF_THIS_RUN } from './way.ts';

const TOKEN = 'launcher-token-for-tests';

/** How much is said, and how long the faults last. */
export interface FaultPlan {
  readonly clients: number;
  readonly messages: number;
  /** Faults come 0.5 to 2 s after one another. */
  readonly faults: number;
  /** From 0 to 1, so that a run can be repeated. */
  readonly random: () => number;
}

/** What a run has shown. */
export interface FaultReport {
  readonly faults: Readonly<Record<string, number>>;
  readonly seconds: number;
}

type StoredMessage = { role: string; message_id: string; content: string; reply_to?: string };

/** Lets clients talk through the launcher while everything dies at random; throws unless all is there exactly once. */
export async function runFaults({ clients: count, messages, faults, random }: FaultPlan): Promise<FaultReport> {
  const startedAt = performance.now();
  const world = await createWorld();
  const clients = Array.from({ length: count }, (_, number) =>
    createFaultClient({
      url: `${world.url.replace('http', 'ws')}/pico/ws`,
      token: TOKEN,
      name: `c${number}`,
      messages,
    }),
  );
  onTestFinished(() => clients.forEach((client) => void client.close()));
  for (const client of clients) client.start();
  const done: Record<string, number> = {};
  for (let fault = 0; fault < faults; fault += 1) {
    await wait(500 + random() * 1_500);
    const kind = await world.breakSomething(clients, random);
    done[kind] = (done[kind] ?? 0) + 1;
  }
  const unfinished = () => clients.filter(({ isDone }) => !isDone).map(({ progress }) => progress);
  await expect.poll(unfinished, { timeout: 60_000 + messages * 100, interval: 100 }).toEqual([]);
  for (const client of clients) await checkClient(client, world.url);
  return { faults: done, seconds: (performance.now() - startedAt) / 1_000 };
}

/** Everything exactly once and in order, in the history as at the client. */
async function checkClient(client: FaultClient, url: string): Promise<void> {
  // The last answer is stored behind its last word.
  let stored: StoredMessage[] = [];
  const count = async () => {
    stored = await historyOf(url, client.sessionId);
    return stored.length;
  };
  await expect.poll(count).toBe(2 * client.texts.length);
  const questions = stored.filter(({ role }) => role === 'user');
  expect(questions.map(({ content }) => content)).toEqual(client.texts.map((text) => `/echo ${text}`));
  const answers = stored.filter(({ role }) => role === 'assistant');
  expect(answers.map(({ content }) => content)).toEqual([...client.texts]);
  expect(answers.map(({ reply_to }) => reply_to)).toEqual(questions.map(({ message_id }) => message_id));
  expect([...client.answers().values()].sort()).toEqual([...client.texts].sort());
  expect([...client.created.values()].filter((times) => times !== 1)).toEqual([]);
  expect([client.resyncs, client.failures]).toEqual([0, []]);
}

async function historyOf(url: string, sessionId: string): Promise<StoredMessage[]> {
  const { get } = api(url, TOKEN);
  const all: StoredMessage[] = [];
  let before: number | null = null;
  do {
    const cursor: string = before === null ? '' : `&before=${before}`;
    const { status, body } = await get(`/api/sessions/${sessionId}?limit=500${cursor}`);
    expect(status).toBe(200);
    const page = body as { messages: StoredMessage[]; before: number | null };
    all.unshift(...page.messages);
    before = page.before;
  } while (before !== null);
  return all;
}

/** A launcher and its gateway that can be killed and are started again as a service manager would. */
async function createWorld() {
  const home = freshHome();
  const [port, gatewayPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  writeHomeFile(home, 'config.json', { channels: { pico: { enabled: true, max_connections: 1_000 } } });
  const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN };
  let launcher: RunningProgram;
  const startAgain = async () => {
    launcher = await startLauncher({ home, port, gatewayPort, env });
  };
  /** The launcher gives up a gateway that dies five times in a minute; a person who kills it so often starts it again. */
  const startGatewayAgain = async () => {
    if (WAY_OF_THIS_RUN !== 'handoff') {
      const running = pidRecord(home)?.pid;
      if (running === undefined || !isAlive(running)) await startGateway({ home, gatewayPort, way: WAY_OF_THIS_RUN });
      return;
    }
    await until(async () => {
      const { status } = await api(url, TOKEN).post('/api/gateway/start?wait=1');
      return status === 200;
    });
  };
  await startAgain();
  return {
    url,
    async breakSomething(clients: readonly FaultClient[], random: () => number): Promise<string> {
      const dice = random();
      if (dice < 0.35) {
        for (const client of clients) if (random() < 0.5) client.cut();
        return 'connections';
      }
      if (dice < 0.75) {
        const victim = pidRecord(home)?.pid;
        if (victim !== undefined) {
          killIfAlive(victim);
          await until(() => !isAlive(victim));
        }
        await startGatewayAgain();
        return 'gateway';
      }
      await launcher.kill('SIGKILL');
      await startAgain();
      await startGatewayAgain();
      return 'launcher';
    },
  };
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Dead already, by the fault before this one.
  }
}
