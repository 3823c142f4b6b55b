import type { PidReader } from '@picoclaw/pid';
import type { GatewayExit, GatewayProcess } from './gateway-process.ts';

/** What became of a process that was started as the gateway. */
export type StartOutcome =
  | { readonly state: 'ready' }
  /** `reported`: what it said itself before it ended. */
  | { readonly state: 'exited'; readonly exit: GatewayExit; readonly reported?: string }
  | { readonly state: 'too_slow' };

interface ReadyOptions {
  readonly pidReader: PidReader;
  readonly timeoutMs: number;
}

/** Another implementation says nothing over IPC, so its pid file is what tells that it is there. */
const FOREIGN_POLL_MS = 100;

/** Waits until a gateway serves, has ended, or has taken too long. */
export async function awaitReady(
  started: GatewayProcess,
  { pidReader, timeoutMs }: ReadyOptions,
): Promise<StartOutcome> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  let reported: string | undefined;
  const ready = started.reported.then((report): Promise<StartOutcome> | StartOutcome => {
    if (report.kind === 'ready') return { state: 'ready' };
    // The exit follows, and says how.
    reported = report.reason;
    return new Promise(() => {});
  });
  const exited = started.exited.then(
    (exit): StartOutcome => ({ state: 'exited', exit, ...(reported !== undefined && { reported }) }),
  );
  const tooSlow = new Promise<StartOutcome>((resolve) => {
    deadline.signal.addEventListener('abort', () => resolve({ state: 'too_slow' }));
  });
  try {
    return await Promise.race([ready, exited, tooSlow, namedByPidFile(started.pid, pidReader, deadline.signal)]);
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}

async function namedByPidFile(
  pid: number | undefined,
  pidReader: PidReader,
  signal: AbortSignal,
): Promise<StartOutcome> {
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, FOREIGN_POLL_MS));
    const found = await pidReader.read();
    // Our own reports by itself, and later: the file stands before its agents do.
    const isForeign = found.state === 'alive' && !found.record.capabilities?.includes('composed-token');
    if (isForeign && found.record.pid === pid) return { state: 'ready' };
  }
  return new Promise<never>(() => {});
}
