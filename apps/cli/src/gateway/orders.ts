import { gatewayOrigin, type PidRecord, stopGateway } from '@picoclaw/pid';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { httpJson } from '../facts/http-json.ts';
import { findLauncherInCharge, type OwnLauncher } from '../facts/launcher.ts';
import { orderLauncher, reasonIn } from '../facts/order-launcher.ts';
import { readHomePidFile } from '../facts/pid-file.ts';
import { addressOf } from './describe.ts';
import { startInBackground } from './start-in-background.ts';

/** A gateway that answers. */
export interface StartedGateway {
  readonly pid: number;
  readonly address: string;
}

const GRACE_MS = 8_000;
/** The launcher waits for a start itself, and says how it went. */
const ORDER_TIMEOUT_MS = 60_000;
const RELOAD_TIMEOUT_MS = 15_000;

/** Starts the gateway in the background and waits until it is ready: by the launcher, where one runs, else by itself. */
export async function startGateway(context: CliContext): Promise<StartedGateway> {
  const running = await livingGateway(context);
  if (running !== undefined) {
    throw new CliError(
      ExitCode.alreadyRunning,
      `The gateway runs already: ${addressOf(running)}, pid ${running.pid}.`,
      'picoclaw-launcher gateway restart starts it anew.',
    );
  }
  const launcher = await launcherInCharge(context);
  if (launcher === undefined) await startInBackground(context);
  else await order(launcher, 'start?wait=1');
  return started(context);
}

/** Ends the gateway: by the launcher, which would start it again otherwise, else by its pid. */
export async function stopRunningGateway(context: CliContext): Promise<void> {
  const launcher = await launcherInCharge(context);
  const running = await livingGateway(context);
  if (running === undefined && launcher === undefined) throw notRunning();
  if (launcher !== undefined) {
    const told = await order(launcher, 'stop');
    if (z.object({ status: z.literal('not_running') }).safeParse(told).success) throw notRunning();
    return;
  }
  if (running !== undefined) await stopByPid(running);
}

/** Ends the gateway, where one runs, and starts it again. */
export async function restartGateway(context: CliContext): Promise<StartedGateway> {
  const launcher = await launcherInCharge(context);
  if (launcher === undefined) {
    const running = await livingGateway(context);
    if (running !== undefined) await stopByPid(running);
    await startInBackground(context);
  } else {
    await order(launcher, 'restart?wait=1');
  }
  return started(context);
}

/** Has the gateway read its configuration again; what is wrong with it is the error. */
export async function reloadRunningGateway(context: CliContext): Promise<void> {
  const running = await livingGateway(context);
  if (running === undefined) throw notRunning();
  const { token } = running;
  const url = `${gatewayOrigin(running)}/reload?wait=1`;
  const answer = await httpJson(url, { method: 'POST', token, timeoutMs: RELOAD_TIMEOUT_MS });
  if (answer.answered && answer.status === 200) return;
  throw new CliError(
    answer.answered && answer.status === 401 ? ExitCode.unauthorized : ExitCode.operator,
    `The gateway did not reload: ${answer.answered ? reasonIn(answer.body, answer.status) : answer.code}.`,
  );
}

/** The launcher that does it, when one runs; one that refuses us is an error, not something to work around. */
async function launcherInCharge(context: CliContext): Promise<OwnLauncher | undefined> {
  const found = await findLauncherInCharge(context);
  if (found.state !== 'refuses') return found.state === 'obeys' ? found : undefined;
  throw new CliError(
    ExitCode.unauthorized,
    `The launcher at ${found.url} runs this gateway, and refuses the token of ${context.paths.home}.`,
    'picoclaw-launcher doctor says why.',
  );
}

async function stopByPid(record: PidRecord): Promise<void> {
  if ((await stopGateway(record, GRACE_MS)) === 'stopped') return;
  throw new CliError(
    ExitCode.failed,
    `Process ${record.pid} was not ended: it cannot be proved to be the gateway, or belongs to another user.`,
    'picoclaw-launcher doctor says more.',
  );
}

/** The gateway of this home, when it lives. */
async function livingGateway(context: CliContext): Promise<PidRecord | undefined> {
  const found = await readHomePidFile(context);
  return found.state === 'alive' ? found.record : undefined;
}

async function started(context: CliContext): Promise<StartedGateway> {
  const record = await livingGateway(context);
  if (record === undefined) throw new CliError(ExitCode.failed, 'The gateway ended right after its start.');
  return { pid: record.pid, address: addressOf(record) };
}

const order = (launcher: OwnLauncher, what: string): Promise<unknown> =>
  orderLauncher(launcher, { path: `/api/gateway/${what}`, timeoutMs: ORDER_TIMEOUT_MS });

const notRunning = () => new CliError(ExitCode.notRunning, 'The gateway is not running.');
