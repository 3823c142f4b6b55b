import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childEnvironment, ensureHome, ensurePicoChannel } from '@picoclaw/config';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { httpJson } from '../facts/http-json.ts';
import { readHomePidFile } from '../facts/pid-file.ts';
import { addressOf } from './describe.ts';

/** Our own gateway stands beside this program in every build. */
const ownGateway = fileURLToPath(new URL('gateway.js', import.meta.url));
const READY_WITHIN_MS = 15_000;
const POLL_MS = 30;

/** Starts the gateway as a process of its own, and waits until it is ready; why it is not is the error. */
export async function startInBackground(context: CliContext): Promise<void> {
  const { paths, environment } = context;
  await ensureHome(paths);
  // As the launcher does before it starts one: without it nobody could connect.
  await ensurePicoChannel(paths, environment);
  const child = spawn(process.execPath, [ownGateway, '-E', paths.configFile], {
    env: childEnvironment(environment, { paths, withSecrets: true }),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    complaint = `${complaint}${part}`.slice(-4_000);
  });
  const ended = once(child, 'close').then(() => true);
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isReady(context, child.pid))) {
    if (await Promise.race([ended, wait(POLL_MS, false)])) {
      const reason = complaint.trim().split('\n').at(-1) || `it ended with code ${child.exitCode}`;
      throw new CliError(ExitCode.operator, `The gateway did not start: ${reason.replace(/^error: /, '')}`);
    }
    if (Date.now() > deadline) {
      throw new CliError(ExitCode.failed, `The gateway is not ready after ${READY_WITHIN_MS / 1_000} s.`, logHint);
    }
  }
  child.stderr.destroy();
  child.unref();
}

const logHint = 'picoclaw-launcher gateway logs shows what it says.';

async function isReady(context: CliContext, pid: number | undefined): Promise<boolean> {
  const found = await readHomePidFile(context);
  if (found.state !== 'alive' || found.record.pid !== pid) return false;
  const answer = await httpJson(`http://${addressOf(found.record)}/ready`);
  if (!answer.answered) return false;
  // A part that is not well, such as a Redis that is away, does not keep it from serving.
  return answer.status === 200 || (answer.body as { phase?: unknown } | null)?.phase === 'ready';
}
