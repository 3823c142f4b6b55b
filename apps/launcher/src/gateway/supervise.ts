import type { PidReader, PidRecord } from '@picoclaw/pid';
import type { BaseLogger } from 'pino';
import { awaitReady } from './await-ready.ts';
import { describeExit } from './failure-reason.ts';
import { type GatewayExit, type GatewayProcess, type GatewayProgram, startGatewayProcess } from './gateway-process.ts';
import { advance, type GatewayState, type Lifecycle, type LifeEvent, shownState, UNBORN } from './lifecycle.ts';
import type { GatewayLog } from './logs.ts';
import {
  answeredWhen,
  busy,
  createOrders,
  NOT_RUNNING,
  notOurGateway,
  type OnSpawned,
  type OrderFailure,
  type OrderResult,
  type Orders,
  type StartOptions,
} from './orders.ts';
import { type ReloadAnswer, reloadGateway } from './reload.ts';
import type { RestartDelays } from './restart-policy.ts';
import type { SocketLink } from './socket-link.ts';
import { findStayingGateway } from './staying.ts';

/** How the last gateway that this launcher started ended; `at` is ISO 8601. */
export interface LastExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly at: string;
  readonly tail: readonly string[];
}

/** One step of its life, as people are told; `exitCode` is that of the process that has ended, if there was one. */
export interface LifeChange {
  readonly state: GatewayState;
  readonly reason: string | undefined;
  readonly exitCode: number | null;
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
  /** The default model that was configured when it started or last took a reload; of an attached one nobody knows. */
  readonly bootModel: string | undefined;
  /** How often a gateway was started again by itself since the launcher runs. */
  readonly restarts: number;
}

/** Starts, watches, reloads and stops the gateway; one order at a time, another one meanwhile is `busy`. */
export interface Supervisor {
  status(): Promise<SupervisorStatus>;
  /** Attaches to a live gateway, or starts one. */
  start(options?: StartOptions): Promise<OrderResult>;
  stop(): Promise<OrderResult>;
  restart(options?: StartOptions): Promise<OrderResult>;
  /** Has the running gateway read its configuration again; `ok` carries what it answered. */
  reload(): Promise<({ readonly ok: true } & ReloadAnswer) | OrderFailure>;
  /** Settles when no order is in progress. */
  settled(): Promise<void>;
  /** Calls back when what `status` says may have changed by this launcher's doing; answers with the way to stop. */
  onChange(listener: (change: LifeChange) => void): () => void;
  /** The way to hand sockets to the gateway, when that is the process which this launcher has started. */
  linkTo(pid: number): SocketLink | undefined;
  readonly log: GatewayLog;
  /** Brings the log up to date, which for a gateway that somebody else started is in its own file. */
  refreshLog(): Promise<void>;
  /** Stops what this launcher started, unless it is to be kept. */
  close(): Promise<void>;
}

/** How the pid package ends a gateway that somebody else started. */
export type StopAttached = (record: PidRecord, graceMs: number) => Promise<'stopped' | 'refused'>;

/** The program to start and what was configured for it, or why none can be started. */
export type Preparation =
  | { readonly ok: true; readonly program: GatewayProgram; readonly defaultModel?: string | undefined }
  | { readonly ok: false; readonly message: string };

interface SupervisorOptions {
  readonly pidReader: PidReader;
  /** Makes the configuration ready for a start. */
  readonly prepare: () => Promise<Preparation>;
  readonly stopAttached: StopAttached;
  readonly log: GatewayLog;
  readonly logger: BaseLogger;
  readonly restartDelays?: RestartDelays;
  readonly keepGateway?: boolean;
  readonly startTimeoutMs?: number;
  readonly graceMs?: number;
  readonly now?: () => number;
  readonly monotonicNow?: () => number;
}

const TAIL_LINES = 20;
/** Between the end of a process and the word of it. */
const DIES_WITHIN_MS = 1_000;
/** Somebody else's gateway was faster (sysexits.h EX_TEMPFAIL): that one is the gateway. */
const EXIT_ALREADY_RUNNING = 75;

/** Supervises the gateway (launcher-http.md, "Gateway"). */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new GatewaySupervisor(options);
}

class GatewaySupervisor implements Supervisor {
  readonly log: GatewayLog;
  readonly #options: SupervisorOptions;
  readonly #now: () => number;
  readonly #monotonicNow: () => number;
  readonly #graceMs: number;
  readonly #startTimeoutMs: number;
  readonly #orders: Orders;
  readonly #listeners = new Set<(change: LifeChange) => void>();
  #life: Lifecycle = UNBORN;
  #child: GatewayProcess | undefined;
  #ending: Promise<unknown> | undefined;
  #lastExit: LastExit | undefined;
  #bootModel: string | undefined;
  #restarts = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: SupervisorOptions) {
    this.log = options.log;
    this.#options = options;
    this.#orders = createOrders(options.logger);
    this.#now = options.now ?? Date.now;
    this.#monotonicNow = options.monotonicNow ?? (() => performance.now());
    this.#graceMs = options.graceMs ?? 8_000;
    this.#startTimeoutMs = options.startTimeoutMs ?? 20_000;
  }

  async status(): Promise<SupervisorStatus> {
    const record = await this.#liveRecord();
    const child = this.#child;
    const owned = child !== undefined && (record === undefined || record.pid === child.pid);
    return {
      ...shownState(this.#life, record !== undefined),
      ...{ record, owned, lastExit: this.#lastExit, restarts: this.#restarts },
      bootModel: owned ? this.#bootModel : undefined,
    };
  }

  start(how: StartOptions = {}): Promise<OrderResult> {
    return this.#startBy(how, async (onSpawned) => {
      const own = await this.#runningChild();
      return own === undefined ? this.#startFresh(onSpawned) : { ok: true, pid: own.pid };
    });
  }

  stop(): Promise<OrderResult> {
    return this.#orders.carryOut('stop', () => this.#stopNow());
  }

  restart(how: StartOptions = {}): Promise<OrderResult> {
    return this.#startBy(how, async (onSpawned) => {
      const stopped = await this.#stopNow();
      if (!stopped.ok && stopped.reason !== 'not_running') return stopped;
      return this.#startFresh(onSpawned);
    });
  }

  reload(): Promise<({ ok: true } & ReloadAnswer) | OrderFailure> {
    return this.#orders.carryOut('reload', async () => {
      const record = await this.#liveRecord();
      if (record === undefined) return NOT_RUNNING;
      return { ok: true, ...(await reloadGateway(record)) };
    });
  }

  linkTo(pid: number): SocketLink | undefined {
    const link = this.#child?.pid === pid ? this.#child.link : undefined;
    return link?.isOpen ? link : undefined;
  }

  async refreshLog(): Promise<void> {
    const record = await this.#liveRecord();
    // One of our own that is on its way out still prints into our hands.
    const isOurs = ['starting', 'running', 'restarting', 'stopping'].includes(this.#life.state);
    if (record !== undefined && !isOurs) this.log.follow();
    this.log.refresh();
  }

  settled(): Promise<void> {
    return this.#orders.settled();
  }

  onChange(listener: (change: LifeChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#orders.close();
    clearTimeout(this.#retryTimer);
    if (this.#child !== undefined && !this.#options.keepGateway) await this.#endProcess(this.#child);
    this.#child = undefined;
    await this.#ending;
    await this.log.close();
  }

  async #liveRecord(): Promise<PidRecord | undefined> {
    const found = await this.#options.pidReader.read();
    return found.state === 'alive' ? found.record : undefined;
  }

  #happened(event: LifeEvent): void {
    const before = this.#life;
    this.#life = advance(before, event, this.#options.restartDelays);
    if (this.#life === before) return;
    clearTimeout(this.#retryTimer);
    const { state, delayMs } = this.#life;
    if (state === 'restarting') this.#retryTimer = setTimeout(() => this.#retry(), delayMs);
    const shown = shownState(this.#life, state === 'attached');
    const hasEnded = state === 'stopped' || state === 'restarting' || state === 'error';
    const change = { ...shown, exitCode: hasEnded ? (this.#lastExit?.code ?? null) : null };
    for (const listener of this.#listeners) listener(change);
  }

  #retry(): void {
    void this.#orders.carryOut('start', async () => {
      this.#happened({ type: 'retry' });
      this.#restarts += 1;
      return this.#run();
    });
  }

  /** Our own gateway, when it is well: to attach to it would be to give it up. One that has just died is waited for. */
  async #runningChild(): Promise<GatewayProcess | undefined> {
    const child = this.#child;
    if (child === undefined) return undefined;
    if ((await this.#liveRecord())?.pid === child.pid) return child;
    await Promise.race([child.exited, new Promise((resolve) => setTimeout(resolve, DIES_WITHIN_MS).unref())]);
    return undefined;
  }

  #startFresh(onSpawned: OnSpawned): Promise<OrderResult> {
    this.#happened({ type: 'start' });
    return this.#run(onSpawned);
  }

  /** One start, from the look for a live gateway to readiness or the reason of the failure. */
  async #run(onSpawned?: OnSpawned): Promise<OrderResult> {
    const { pidReader, logger } = this.#options;
    const attached = await findStayingGateway(pidReader);
    if (attached !== undefined) return this.#attachTo(attached);
    const prepared = await this.#options.prepare();
    if (!prepared.ok) return this.#fail(prepared.message, null, 'precondition_failed');
    // What is started now nobody would stop any more.
    if (this.#isClosed) return busy('shutdown');
    const started = startGatewayProcess(prepared.program, (line) => this.log.append(line));
    this.#child = started;
    this.#bootModel = prepared.defaultModel;
    if (started.pid !== undefined) onSpawned?.(started.pid);
    const reports = prepared.program.managed !== undefined;
    const outcome = await awaitReady(started, { pidReader, reports, timeoutMs: this.#startTimeoutMs });
    if (outcome.state !== 'ready') return this.#neverReady(started, outcome);
    this.#happened({ type: 'ready', at: this.#monotonicNow() });
    logger.info({ code: 'gateway_started', pid: started.pid }, 'gateway is ready');
    void this.#watch(started);
    return { ok: true, pid: started.pid };
  }

  async #neverReady(
    started: GatewayProcess,
    outcome: { state: 'too_slow' } | { state: 'exited'; exit: GatewayExit; reported?: string },
  ): Promise<OrderResult> {
    const tooSlow = `not ready within ${this.#startTimeoutMs / 1000} s`;
    const exit = outcome.state === 'exited' ? outcome.exit : await this.#endProcess(started);
    this.#child = undefined;
    const winner = exit.code === EXIT_ALREADY_RUNNING ? await this.#liveRecord() : undefined;
    if (winner !== undefined) return this.#attachTo(winner);
    const reason = this.#noteExit(exit, outcome.state === 'exited' ? outcome.reported : tooSlow);
    return this.#fail(reason, exit.code);
  }

  #attachTo({ pid }: PidRecord): OrderResult {
    this.#happened({ type: 'attach', pid });
    this.#options.logger.info({ code: 'gateway_attached', pid }, 'attached to a gateway that is running already');
    return { ok: true, pid };
  }

  #fail(message: string, code: number | null, reason: OrderFailure['reason'] = 'failed'): OrderFailure {
    this.#happened({ type: 'fail', reason: message, code, at: this.#monotonicNow() });
    const { state, delayMs } = this.#life;
    this.#options.logger.error({ code: 'gateway_start_failed', state, retryInMs: delayMs }, message);
    return { ok: false, reason, message };
  }

  async #watch(watched: GatewayProcess): Promise<void> {
    const exit = await watched.exited;
    if (this.#child !== watched || this.#isClosed) return;
    this.#child = undefined;
    const reason = this.#noteExit(exit);
    this.#happened({ type: 'die', reason, code: exit.code, at: this.#monotonicNow() });
    const { state, delayMs } = this.#life;
    const details = { code: 'gateway_died', exit: exit.code, signal: exit.signal, state, retryInMs: delayMs };
    this.#options.logger.error(details, this.#life.reason ?? reason);
  }

  /** Remembers how a process ended, and says it as a sentence. */
  #noteExit(exit: GatewayExit, reported?: string): string {
    const tail = this.log.tail(TAIL_LINES);
    this.#lastExit = { code: exit.code, signal: exit.signal, at: new Date(this.#now()).toISOString(), tail };
    return describeExit(exit, tail, reported);
  }

  #endProcess(own: GatewayProcess): Promise<GatewayExit> {
    this.#child = undefined;
    const exit = own.stop(this.#graceMs);
    this.#ending = exit;
    return exit;
  }

  async #stopNow(): Promise<OrderResult> {
    const own = this.#child;
    this.#happened({ type: 'stop' });
    try {
      return own === undefined ? await this.#stopAttachedGateway() : await this.#stopOwn(own);
    } finally {
      // One that could not be stopped was not ours: its pid file goes on telling that it runs.
      this.#happened({ type: 'stopped' });
    }
  }

  async #stopOwn(own: GatewayProcess): Promise<OrderResult> {
    const exit = await this.#endProcess(own);
    this.#noteExit(exit);
    const details = { code: 'gateway_stopped', pid: own.pid, exit: exit.code, signal: exit.signal };
    this.#options.logger.info(details, 'gateway stopped');
    return { ok: true, pid: own.pid };
  }

  async #stopAttachedGateway(): Promise<OrderResult> {
    const found = await this.#options.pidReader.read();
    if (found.state === 'unverifiable') return notOurGateway(found.reason);
    if (found.state !== 'alive') return NOT_RUNNING;
    const result = await this.#options.stopAttached(found.record, this.#graceMs);
    return result === 'stopped' ? { ok: true, pid: found.record.pid } : notOurGateway();
  }

  #startBy(how: StartOptions, work: (onSpawned: OnSpawned) => Promise<OrderResult>): Promise<OrderResult> {
    return answeredWhen(how, async (onSpawned) => {
      const result = await this.#orders.carryOut('start', () => work(onSpawned));
      // A fault on the way leaves no process that anybody waits for.
      if (!result.ok && result.reason !== 'busy')
        this.#happened({ type: 'fail', reason: result.message, code: null, at: this.#monotonicNow() });
      return result;
    });
  }
}
