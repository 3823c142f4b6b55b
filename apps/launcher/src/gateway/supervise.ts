import type { PidReader, PidRecord } from '@picoclaw/pid';
import type { BaseLogger } from 'pino';
import { awaitReady } from './await-ready.ts';
import { describeExit } from './failure-reason.ts';
import { type GatewayExit, type GatewayProcess, type GatewayProgram, startGatewayProcess } from './gateway-process.ts';
import type { GatewayLog } from './logs.ts';
import { createRestartPolicy, type RestartPolicy } from './restart-policy.ts';
import { findStayingGateway } from './staying.ts';

/** Where the gateway is in its life. */
export type GatewayState = 'running' | 'starting' | 'restarting' | 'stopping' | 'stopped' | 'error';

/** The last death of a gateway that this launcher started; `at` is ISO 8601. */
export interface LastExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly at: string;
  readonly tail: readonly string[];
}

/** What can be said about the gateway without touching anything. */
export interface SupervisorStatus {
  readonly state: GatewayState;
  readonly record: PidRecord | undefined;
  /** Whether this launcher started it. */
  readonly owned: boolean;
  readonly lastExit: LastExit | undefined;
  /** Why it is in `error`, or does not run, as a sentence. */
  readonly reason: string | undefined;
}

/** The outcome of an order. */
export type OrderResult =
  | { readonly ok: true; readonly pid: number | undefined }
  | {
      readonly ok: false;
      readonly reason: 'busy' | 'not_running' | 'precondition_failed' | 'not_a_gateway' | 'failed';
      readonly message: string;
    };

/** How long an order to start takes: until the gateway is ready or has failed, or only until its process runs. */
export interface StartOptions {
  readonly until?: 'ready' | 'spawned';
}

/** Starts, watches and stops the gateway; one order at a time, another one meanwhile is `busy`. */
export interface Supervisor {
  status(): Promise<SupervisorStatus>;
  /** Attaches to a live gateway, or starts one. */
  start(options?: StartOptions): Promise<OrderResult>;
  stop(): Promise<OrderResult>;
  restart(options?: StartOptions): Promise<OrderResult>;
  readonly log: GatewayLog;
  /** Stops what this launcher started, unless it is to be kept. */
  close(): Promise<void>;
}

/** How the pid package ends a gateway that somebody else started. */
export type StopAttached = (record: PidRecord, graceMs: number) => Promise<'stopped' | 'refused'>;

interface SupervisorOptions {
  readonly pidReader: PidReader;
  /** Makes the configuration ready for a start; answers with the program, or why it cannot be started. */
  readonly prepare: () => Promise<{ ok: true; program: GatewayProgram } | { ok: false; message: string }>;
  readonly stopAttached: StopAttached;
  readonly log: GatewayLog;
  readonly logger: BaseLogger;
  readonly policy?: RestartPolicy;
  readonly keepGateway?: boolean;
  readonly startTimeoutMs?: number;
  readonly graceMs?: number;
  readonly now?: () => number;
}

const TAIL_LINES = 20;
/** Somebody else's gateway was faster (sysexits.h EX_TEMPFAIL): that one is the gateway. */
const EXIT_ALREADY_RUNNING = 75;

/** Supervises the gateway (launcher-http.md, "Gateway"). */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { pidReader, log, logger, policy = createRestartPolicy(), now = Date.now } = options;
  const { graceMs = 8_000, startTimeoutMs = 20_000 } = options;
  let child: GatewayProcess | undefined;
  let ending: Promise<unknown> | undefined;
  let state: GatewayState = 'stopped';
  let order: 'start' | 'stop' | undefined;
  let lastExit: LastExit | undefined;
  let reason: string | undefined;
  let restartTimer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const liveRecord = async (): Promise<PidRecord | undefined> => {
    const found = await pidReader.read();
    return found.state === 'alive' ? found.record : undefined;
  };

  const noteExit = (exit: GatewayExit, reported?: string) => {
    const tail = log.tail(TAIL_LINES);
    lastExit = { code: exit.code, signal: exit.signal, at: new Date(now()).toISOString(), tail };
    reason = describeExit(exit, tail, reported);
  };

  /** A death that nobody ordered: the restart policy says what follows. */
  const afterDeath = (exit: GatewayExit, upMs: number) => {
    if (isClosed) return;
    const decision = policy.died({ code: exit.code, upMs });
    logger.error({ code: 'gateway_died', exit: exit.code, signal: exit.signal, decision }, reason ?? '');
    if (!decision.restart) {
      state = 'error';
      reason = `${reason} It is not started again: ${decision.reason}.`;
      return;
    }
    state = 'restarting';
    restartTimer = setTimeout(() => void exclusively('start', () => run({ isRestart: true })), decision.delayMs);
  };

  const watch = async (watched: GatewayProcess, readyAt: number) => {
    const exit = await watched.exited;
    if (child !== watched) return;
    child = undefined;
    noteExit(exit);
    afterDeath(exit, now() - readyAt);
  };

  const fail = (message: string, why: 'failed' | 'precondition_failed' = 'failed'): OrderResult => {
    state = 'error';
    reason = message;
    logger.error({ code: 'gateway_start_failed' }, message);
    return { ok: false, reason: why, message };
  };

  const endProcess = (own: GatewayProcess) => {
    child = undefined;
    const exit = own.stop(graceMs);
    ending = exit;
    return exit;
  };

  const attachTo = ({ pid }: PidRecord): OrderResult => {
    state = 'stopped';
    reason = undefined;
    return { ok: true, pid };
  };

  /** One start, from the look for a live gateway to readiness or the reason of the failure. */
  const run = async ({ isRestart = false, onSpawned = ignore }: RunOptions = {}): Promise<OrderResult> => {
    const attached = await findStayingGateway(pidReader);
    if (attached !== undefined) return attachTo(attached);
    state = 'starting';
    const prepared = await options.prepare();
    if (!prepared.ok) return fail(prepared.message, 'precondition_failed');
    // What is started now nobody would stop any more.
    if (isClosed) return busy('shutdown');
    const started = startGatewayProcess(prepared.program, (line) => log.append(line));
    child = started;
    if (started.pid !== undefined) onSpawned(started.pid);
    const outcome = await awaitReady(started, { pidReader, timeoutMs: startTimeoutMs });
    if (outcome.state === 'ready') {
      state = 'running';
      reason = undefined;
      logger.info({ code: 'gateway_started', pid: started.pid }, 'gateway is ready');
      void watch(started, now());
      return { ok: true, pid: started.pid };
    }
    const tooSlow = outcome.state === 'too_slow' ? `not ready within ${startTimeoutMs / 1000} s` : undefined;
    const exit = outcome.state === 'exited' ? outcome.exit : await endProcess(started);
    child = undefined;
    const winner = exit.code === EXIT_ALREADY_RUNNING ? await liveRecord() : undefined;
    if (winner !== undefined) return attachTo(winner);
    noteExit(exit, outcome.state === 'exited' ? outcome.reported : tooSlow);
    const failed = fail(reason ?? 'The gateway did not start.');
    if (isRestart) afterDeath(exit, 0);
    return failed;
  };

  const stopAttachedGateway = async (): Promise<OrderResult> => {
    const found = await pidReader.read();
    if (found.state === 'unverifiable') return notOurGateway(found.reason);
    if (found.state !== 'alive') return { ok: false, reason: 'not_running', message: 'No gateway is running.' };
    state = 'stopping';
    const result = await options.stopAttached(found.record, graceMs);
    return result === 'stopped' ? { ok: true, pid: found.record.pid } : notOurGateway();
  };

  const stopNow = async (): Promise<OrderResult> => {
    clearTimeout(restartTimer);
    const own = child;
    let result: OrderResult = { ok: true, pid: own?.pid };
    if (own !== undefined) {
      state = 'stopping';
      await endProcess(own);
      logger.info({ code: 'gateway_stopped', pid: own.pid }, 'gateway stopped');
    } else {
      result = await stopAttachedGateway();
    }
    state = 'stopped';
    reason = undefined;
    return result;
  };

  const exclusively = async (kind: 'start' | 'stop', work: () => Promise<OrderResult>): Promise<OrderResult> => {
    if (order !== undefined || isClosed) return busy(order ?? 'shutdown');
    order = kind;
    try {
      return await work();
    } catch (error) {
      logger.error({ code: 'gateway_order_failed', err: error }, `the ${kind} failed`);
      return fail(`The ${kind} failed: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      order = undefined;
    }
  };

  /** An order that only has to begin is answered as soon as there is a process, and goes on by itself. */
  const startBy = async (
    { until = 'ready' }: StartOptions,
    work: (onSpawned: (pid: number) => void) => Promise<OrderResult>,
  ): Promise<OrderResult> => {
    let onSpawned: (pid: number) => void = ignore;
    const spawned = new Promise<OrderResult>((resolve) => {
      if (until === 'spawned') onSpawned = (pid) => resolve({ ok: true, pid });
    });
    return Promise.race([spawned, exclusively('start', () => work(onSpawned))]);
  };

  const startFresh = (onSpawned: (pid: number) => void) => {
    policy.reset();
    clearTimeout(restartTimer);
    return run({ onSpawned });
  };

  return {
    log,
    async status() {
      const record = await liveRecord();
      const owned = child !== undefined && (record === undefined || record.pid === child.pid);
      // Whoever started it: what the pid file proves to be alive is running.
      const settled = state === 'stopped' || state === 'error' || state === 'restarting';
      const shown = record !== undefined && settled ? 'running' : state;
      return { state: shown, record, owned, lastExit, reason: shown === 'running' ? undefined : reason };
    },
    start: (how = {}) => startBy(how, startFresh),
    stop: () => exclusively('stop', stopNow),
    restart: (how = {}) =>
      startBy(how, async (onSpawned) => {
        const stopped = await stopNow();
        if (!stopped.ok && stopped.reason !== 'not_running') return stopped;
        return startFresh(onSpawned);
      }),
    async close() {
      isClosed = true;
      clearTimeout(restartTimer);
      if (child !== undefined && !options.keepGateway) await endProcess(child);
      child = undefined;
      await ending;
      await log.close();
    },
  };
}

interface RunOptions {
  /** Not asked for by anybody: a failure is one more death. */
  readonly isRestart?: boolean;
  readonly onSpawned?: (pid: number) => void;
}

const ignore = () => {};

const busy = (order: string): OrderResult => ({
  ok: false,
  reason: 'busy',
  message: `A ${order} is in progress.`,
});

const notOurGateway = (detail?: string): OrderResult => ({
  ok: false,
  reason: 'not_a_gateway',
  message: `The process in the pid file is not provably our gateway${detail === undefined ? '' : `: ${detail}`}.`,
});
