import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPicoSession, type PicoSessionOptions } from '@picoclaw/client';
import { type ServerFrame, Subprotocol } from '@picoclaw/protocol';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { startFront } from './front.ts';
import { freePort, freshHome } from './home.ts';
import { pidRecord, type RunningLauncher, root, startLauncher, until } from './processes.ts';

export const TOKEN = 'launcher-token-for-tests';

/** A launcher with its gateway and a home of its own, which keeps its ports over its lives. */
export interface ClusterNode {
  readonly port: number;
  readonly url: string;
  start(): Promise<void>;
  /** Ends launcher and gateway at once. */
  kill(): Promise<void>;
  /** What `/ready` of the gateway says. */
  ready(): Promise<{ status: number; body: string }>;
}

/** A node that shares what docs/scaling.md says. */
export async function startNode(redisUrl: string): Promise<ClusterNode> {
  const [port, gatewayPort, home] = [await freePort(), await freePort(), freshHome()];
  const env = {
    PICOCLAW_SESSION_KEY: 'ab'.repeat(32),
    PICOCLAW_LAUNCHER_TOKEN: TOKEN,
    PICOCLAW_CHANNELS_PICO_TOKEN: 'channel-token-for-tests',
    PICOCLAW_REDIS_URL: redisUrl,
  };
  let launcher: RunningLauncher | undefined;
  const node: ClusterNode = {
    port,
    url: `http://127.0.0.1:${port}`,
    async start() {
      launcher = await startLauncher({ home, port, gatewayPort, env });
      await until(async () => (await node.ready().catch(() => undefined)) !== undefined, launcher.output);
    },
    async kill() {
      const gateway = pidRecord(home)?.pid;
      if (gateway !== undefined) process.kill(gateway, 'SIGKILL');
      await launcher?.kill('SIGKILL');
    },
    async ready() {
      const reply = await fetch(`http://127.0.0.1:${gatewayPort}/ready`);
      return { status: reply.status, body: await reply.text() };
    },
  };
  await node.start();
  return node;
}

/** HAProxy with what docs/scaling.md says, in front of these nodes. */
export async function startBalancer(nodes: readonly ClusterNode[]) {
  const page = readFileSync(join(root, 'docs/scaling.md'), 'utf8');
  const [, backend = ''] = /^```haproxy\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const servers = nodes.reduce(
    (text, { port }, at) => text.replace(`192.0.2.${at + 1}:18800`, `127.0.0.1:${port}`),
    backend,
  );
  const front = await startFront({
    ...{ name: 'haproxy', upstreamPort: 1 },
    edit: (snippet) => snippet.replace(/^backend [\s\S]*/m, servers),
  });
  const trust = { ca: front.ca, servername: 'picoclaw.example.com' };
  /** What trusts the certificate of the balancer. */
  class Trusting extends WebSocket {
    constructor(address: string, protocols: string[], options: object = {}) {
      super(address, protocols, { ...options, ...trust });
    }
  }
  return { url: `wss://127.0.0.1:${front.port}/pico/ws`, webSocket: Trusting };
}

/** A person who asks the next question as soon as the last one has been answered. */
export function startTalking(balancer: Pick<PicoSessionOptions, 'url' | 'webSocket'>, name: string) {
  const session = createPicoSession({
    ...{ ...balancer, token: TOKEN, tokenIn: 'header', sessionId: `talk-of-${name}`, subprotocols: [Subprotocol.v2] },
    backoff: { baseMs: 100, spreadMs: 200, maxMs: 1_000 },
  });
  onTestFinished(() => session.close());
  const frames: ServerFrame[] = [];
  const asked: string[] = [];
  let isTalking = true;
  const ask = () => {
    // Every third one is answered word by word, so that there is a middle in which somebody can be killed.
    const question = asked.length % 3 === 2 ? '/stream 25' : `/echo ${name} ${asked.length}`;
    asked.push(question);
    session.send(question);
  };
  session.onFrame((frame) => {
    frames.push(frame);
    if (isTalking && isAnswered()) ask();
  });
  const answers = () => session.getSnapshot().messages.filter(({ author }) => author === 'agent');
  // A node that is killed at the very end of an answer says nothing behind it.
  const isAnswered = () =>
    answers().length === asked.length && answers().at(-1)?.content === answerTo(asked.at(-1) ?? '');
  ask();
  return {
    sessionId: session.sessionId,
    frames,
    asked,
    /** Whether that gateway has said some words of an answer, and not all. */
    isHalfAnsweredBy(instanceId: string) {
      const hello = frames.findLast((frame) => frame.type === 'hello');
      return hello?.payload.instance_id === instanceId && /^1 2.* 8$/.test(answers().at(-1)?.content ?? '');
    },
    answers: () => answers().map(({ content }) => content),
    numbers: () => frames.flatMap(({ seq }) => seq ?? []),
    /** Waits for the answer to the last question. */
    async stop() {
      isTalking = false;
      await until(isAnswered, () => JSON.stringify(session.getSnapshot()));
    },
  };
}

/** What the built-in agent answers. */
export const answerTo = (question: string): string =>
  question === '/stream 25' ? Array.from({ length: 25 }, (_, at) => at + 1).join(' ') : question.replace('/echo ', '');
