import { type JudgeOptions, judgeRecord } from './liveness.ts';
import { systemCode } from './pid-file-error.ts';
import { isSameGateway, MAX_PID, type PidRecord } from './pid-record.ts';
import { inspectProcess } from './process-facts.ts';
import { recordOf } from './read-pid-file.ts';
import { inspectRecordFile } from './record-file.ts';

/** What a gateway may be sent: finish, reload, or die. */
export type GatewaySignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGKILL';

/**
 * `refused`: a pid that is never signalled, or a process that is not proved to be this gateway. `replaced`: the file
 * speaks of another run than the expected one. `not_permitted`: the process belongs to another user.
 */
export type SignalResult =
  | { readonly ok: true; readonly record: PidRecord }
  | {
      readonly ok: false;
      readonly reason: 'absent' | 'invalid' | 'stale' | 'unverifiable' | 'refused' | 'replaced' | 'not_permitted';
      readonly explanation: string;
    };

/** The world in which a gateway is signalled. */
export interface SignalOptions extends JudgeOptions {
  /** Signal only this run; a gateway that has taken the file over since is left alone. */
  expected?: PidRecord;
  kill?: (pid: number, signal: GatewaySignal) => void;
}

const no = (reason: Extract<SignalResult, { ok: false }>['reason'], explanation: string): SignalResult => ({
  ok: false,
  reason,
  explanation,
});

/** kill(2): 0 is our own group, -1 everyone, other negatives a group; 1 is init. The schema refused most of it before. */
function isForbidden(pid: number): boolean {
  return !Number.isInteger(pid) || pid <= 1 || pid > MAX_PID || pid === process.pid;
}

function send(record: PidRecord, signal: GatewaySignal, kill: (pid: number, signal: GatewaySignal) => void) {
  try {
    kill(record.pid, signal);
    return { ok: true, record } as const;
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return no('stale', `process ${record.pid} is gone`);
    return no('not_permitted', `process ${record.pid} could not be signalled (${systemCode(error) ?? 'unknown'})`);
  }
}

/**
 * Signals the gateway of a record, for one whose file may be gone while the process is not (it hangs at shutdown).
 * Its identity is proved right before; a pid that is reused, foreign or merely plausible is never signalled.
 */
export async function signalRecord(
  record: PidRecord,
  signal: GatewaySignal,
  options: SignalOptions = {},
): Promise<SignalResult> {
  const { pid } = record;
  const { inspect = inspectProcess, kill = process.kill } = options;
  if (isForbidden(pid)) return no('refused', `pid ${pid} is never signalled`);
  const before = inspect(pid);
  const verdict = await judgeRecord(record, options);
  if (verdict.state !== 'alive') return no(verdict.state, verdict.reason);
  if (!verdict.signallable) return no('refused', `it is not certain that process ${pid} is the gateway`);
  // Asking /health took time, in which the process may have ended and its pid gone to another one.
  const after = inspect(pid);
  if (!before.exists || !after.exists) return no('stale', `process ${pid} is gone`);
  if (before.startTime !== after.startTime) return no('stale', `pid ${pid} was reused by another process`);
  return send(record, signal, kill);
}

/** Signals the gateway that the pid file names, see `signalRecord`; never throws. */
export async function signalGateway(
  path: string,
  signal: GatewaySignal,
  options: SignalOptions = {},
): Promise<SignalResult> {
  const found = recordOf(inspectRecordFile(path));
  if (!found.ok) {
    return found.state.state === 'invalid' ? no('invalid', found.state.reason) : no('absent', 'there is no pid file');
  }
  if (options.expected && !isSameGateway(found.record, options.expected)) {
    return no('replaced', `another gateway has taken over (pid ${found.record.pid})`);
  }
  return signalRecord(found.record, signal, options);
}
