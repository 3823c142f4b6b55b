import type { PidReader, PidRecord } from '@picoclaw/pid';
import type { BaseLogger } from 'pino';
import { type GatewayExit, type GatewayProcess, type GatewayProgram, startGatewayProcess } from './gateway-process.ts';
import type { GatewayLog } from './logs.ts';
import { createRestartPolicy } from './restart-policy.ts';

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

/** Starts, watches and stops the gateway; one order at a time. */
export interface Supervisor {
  status(): Promise<SupervisorStatus>;
  /** Attaches to a live gateway, or starts one; waits until it is ready or has failed. */
  start(): Promise<OrderResult>;
  stop(): Promise<OrderResult>;
  restart(): Promise<OrderResult>;
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
  readonly keepGateway?: boolean;
  readonly startTimeoutMs?: number;
  readonly graceMs?: number;
  readonly now?: () => number;
}

/** Not one of ours: it says nothing over IPC, so its pid file is what tells that it is there. */
const FOREIGN_POLL_MS = 100;
const TAIL_LINES = 20;
/** Somebody else's gateway was faster (sysexits.h EX_TEMPFAIL): that one is the gateway. */
const EXIT_ALREADY_RUNNING = 75;

/** Supervises the gateway (launcher-http.md, "Gateway"). */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { pidReader, log, logger, graceMs = 8_000, now = Date.now } = options;
  const policy = createRestartPolicy(now);
  let child: GatewayProcess | undefined;
  let state: GatewayState = 'stopped';
  let order: 'start' | 'stop' | undefined;
  let lastExit: LastExit | undefined;
  let reason: string | undefined;
  let restartTimer: NodeJS.Timeout | undefined;
  let closed = false;

  const liveRecord = async (): Promise<PidRecord | undefined> => {
    const found = await pidReader.read();
    return found.state === 'alive' ? found.record : undefined;
  };

  const noteExit = (exit: GatewayExit) => {
    lastExit = { code: exit.code, signal: exit.signal, at: new Date(now()).toISOString(), tail: log.tail(TAIL_LINES) };
    reason = describeExit(exit, lastExit.tail);
  };

  /** Watches a gateway that has become ready; its unexpected end is answered by the restart policy. */
  const watch = async (watched: GatewayProcess, readyAt: number) => {
    const exit = await watched.exited;
    if (child !== watched) return;
    child = undefined;
    noteExit(exit);
    const decision = policy.died({ code: exit.code, upMs: now() - readyAt });
    logger.error({ code: 'gateway_died', exit: lastExit?.code, signal: lastExit?.signal, decision }, reason ?? '');
    if (closed || !decision.restart) {
      state = 'error';
      if (!decision.restart) reason = `${reason} It is not started again: ${decision.reason}.`;
      return;
    }
    state = 'restarting';
    restartTimer = setTimeout(() => void exclusively('start', run), decision.delayMs);
  };

  const fail = (message: string, why: 'failed' | 'precondition_failed' = 'failed'): OrderResult => {
    state = 'error';
    reason = message;
    logger.error({ code: 'gateway_start_failed' }, message);
    return { ok: false, reason: why, message };
  };

  const becomeReady = async (started: GatewayProcess): Promise<'ready' | { failed: string } | GatewayExit> => {
    const { startTimeoutMs = 20_000 } = options;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), startTimeoutMs);
    const timedOut = new Promise<{ failed: string }>((resolve) => {
      deadline.signal.addEventListener('abort', () =>
        resolve({ failed: `not ready within ${startTimeoutMs / 1000} s` }),
      );
    });
    // A reported failure is followed by the exit, whose last lines say more.
    const reported = started.reported.then(
      ({ kind }): Promise<'ready' | GatewayExit> => (kind === 'ready' ? Promise.resolve('ready') : started.exited),
    );
    try {
      return await Promise.race([reported, started.exited, timedOut, pidFileNames(started.pid, deadline.signal)]);
    } finally {
      clearTimeout(timer);
      deadline.abort();
    }
  };

  const pidFileNames = async (pid: number | undefined, signal: AbortSignal): Promise<'ready'> => {
    while (!signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, FOREIGN_POLL_MS));
      const record = await liveRecord();
      // Our own reports by itself, and later: the file stands before its agents do.
      if (record?.pid === pid && !record?.capabilities?.includes('composed-token')) return 'ready';
    }
    return new Promise<never>(() => {});
  };

  /** One start, from the look for a live gateway to readiness or the reason of the failure. */
  const run = async (): Promise<OrderResult> => {
    const attached = await liveRecord();
    if (attached !== undefined) {
      state = 'stopped';
      return { ok: true, pid: attached.pid };
    }
    state = 'starting';
    const prepared = await options.prepare();
    if (!prepared.ok) return fail(prepared.message, 'precondition_failed');
    const started = startGatewayProcess(prepared.program, (line) => log.append(line));
    child = started;
    const outcome = await becomeReady(started);
    if (outcome === 'ready') {
      state = 'running';
      reason = undefined;
      logger.info({ code: 'gateway_started', pid: started.pid }, 'gateway is ready');
      void watch(started, now());
      return { ok: true, pid: started.pid };
    }
    child = undefined;
    if ('failed' in outcome) {
      await started.stop(graceMs);
      return fail(`The gateway did not start: ${outcome.failed}.`);
    }
    return startFailed(outcome);
  };

  const startFailed = async (exit: GatewayExit): Promise<OrderResult> => {
    const winner = exit.code === EXIT_ALREADY_RUNNING ? await liveRecord() : undefined;
    if (winner !== undefined) {
      state = 'stopped';
      return { ok: true, pid: winner.pid };
    }
    noteExit(exit);
    return fail(reason ?? 'The gateway did not start.');
  };

  const stopNow = async (): Promise<OrderResult> => {
    clearTimeout(restartTimer);
    const own = child;
    if (own !== undefined) {
      state = 'stopping';
      child = undefined;
      await own.stop(graceMs);
      logger.info({ code: 'gateway_stopped', pid: own.pid }, 'gateway stopped');
    } else {
      const found = await pidReader.read();
      if (found.state !== 'alive') {
        state = 'stopped';
        return { ok: false, reason: 'not_running', message: 'No gateway is running.' };
      }
      state = 'stopping';
      const result = await options.stopAttached(found.record, graceMs);
      if (result === 'refused') {
        state = 'stopped';
        return {
          ok: false,
          reason: 'not_a_gateway',
          message: 'The process in the pid file is not provably our gateway.',
        };
      }
    }
    state = 'stopped';
    reason = undefined;
    return { ok: true, pid: own?.pid };
  };

  const exclusively = async (kind: 'start' | 'stop', work: () => Promise<OrderResult>): Promise<OrderResult> => {
    if (order !== undefined || closed)
      return { ok: false, reason: 'busy', message: `A ${order ?? 'shutdown'} is in progress.` };
    order = kind;
    try {
      return await work();
    } finally {
      order = undefined;
    }
  };

  const startFresh = () => {
    policy.reset();
    clearTimeout(restartTimer);
    return run();
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
    start: () => exclusively('start', startFresh),
    stop: () => exclusively('stop', stopNow),
    restart: () =>
      exclusively('start', async () => {
        const stopped = await stopNow();
        if (!stopped.ok && stopped.reason !== 'not_running') return stopped;
        return startFresh();
      }),
    async close() {
      closed = true;
      clearTimeout(restartTimer);
      if (child !== undefined && !options.keepGateway) await child.stop(graceMs);
      child = undefined;
      await log.close();
    },
  };
}

function describeExit({ code, signal, spawnError }: GatewayExit, tail: readonly string[]): string {
  if (spawnError !== undefined) return `The gateway program could not be started (${spawnError}).`;
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  const said = tail.at(-1);
  return `The gateway ended ${how}${said === undefined ? '.' : `: ${messageOf(said)}`}`;
}

/** The text of a log line, which of our own gateway is JSON. */
function messageOf(line: string): string {
  try {
    const { msg } = JSON.parse(line) as { msg?: unknown };
    return typeof msg === 'string' ? msg : line;
  } catch {
    return line;
  }
}
