import { setTimeout as wait } from 'node:timers/promises';
import type { PidReader } from '@picoclaw/pid';
import type { GatewayExit, GatewayProcess } from './gateway-process.ts';
import { askReady } from './ready-probe.ts';

/** What became of a process that was started as the gateway. */
export type StartOutcome =
  | { readonly state: 'ready' }
  /** `reported`: what it said itself before it ended. */
  | { readonly state: 'exited'; readonly exit: GatewayExit; readonly reported?: string }
  | { readonly state: 'too_slow' };

interface ReadyOptions {
  readonly pidReader: PidReader;
  /** Our own gateway reports first, so nobody has to look before. */
  readonly reports: boolean;
  readonly timeoutMs: number;
}

const POLL_MS = 50;
/** Not found, or not to be got: another implementation that has no `/ready`; its pid file is its word. */
const HAS_NO_READY = new Set([404, 405, 501]);

/** Waits until a gateway serves by its pid file and its `/ready`, has ended, or has taken too long. */
export async function awaitReady(
  started: GatewayProcess,
  { pidReader, reports, timeoutMs }: ReadyOptions,
): Promise<StartOutcome> {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), timeoutMs);
  let reported: string | undefined;
  const report = started.reported.then((told) => {
    if (told.kind === 'failed') reported = told.reason;
    return told.kind === 'ready';
  });
  const exited = started.exited.then(
    (exit): StartOutcome => ({ state: 'exited', exit, ...(reported !== undefined && { reported }) }),
  );
  const tooSlow = new Promise<StartOutcome>((resolve) => {
    ended.signal.addEventListener('abort', () => resolve({ state: 'too_slow' }));
  });
  const serves = async (): Promise<StartOutcome> => {
    // The exit follows a report of failure, and says how.
    const isWorthALook = !reports || (await report);
    if (isWorthALook && (await untilServing(started.pid, pidReader, ended.signal))) return { state: 'ready' };
    return new Promise<never>(() => {});
  };
  try {
    return await Promise.race([serves(), exited, tooSlow]);
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}

/** A part that is not well, such as a Redis that is away, is no reason to give a gateway up that says it has started. */
const isServing = ({ status, phase }: { readonly status: number; readonly phase: unknown }): boolean =>
  status === 200 || HAS_NO_READY.has(status) || phase === 'ready';

/** Whether the process came to be the gateway of the pid file that answers `/ready`, before nobody waits any more. */
async function untilServing(pid: number | undefined, pidReader: PidReader, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const found = await pidReader.read();
    if (found.state === 'alive' && found.record.pid === pid) {
      const answer = await askReady(found.record);
      if (answer.answered && isServing(answer)) return true;
    }
    await wait(POLL_MS, undefined, { signal }).catch(() => {});
  }
  return false;
}
