import { isTrustedHost } from './connect-host.ts';
import { looksLikeGateway } from './gateway-command.ts';
import { type HealthAnswer, probeHealth } from './health-probe.ts';
import type { PidRecord } from './pid-record.ts';
import { type CurrentProcess, currentProcess, inspectProcess, processCommand } from './process-facts.ts';

/** What showed that a gateway lives: its start stamp, its command line, or its own `/health`. */
export type LivenessProof = 'start_time' | 'command' | 'health';

/** `signallable` = it is certain which process the pid names; `health` alone only says that somebody serves there. */
export type Verdict =
  | { readonly state: 'alive'; readonly provedBy: LivenessProof; readonly signallable: boolean }
  | { readonly state: 'stale'; readonly reason: string }
  | { readonly state: 'unverifiable'; readonly reason: string };

/** The world a record is judged in. */
export interface JudgeOptions {
  /** The judging process. */
  self?: CurrentProcess;
  /** Hosts that may be connected to besides loopback and this machine's addresses: the configured ones. */
  trustedHosts?: readonly string[];
  /** How long `/health` may take; default 800. */
  probeTimeoutMs?: number;
  inspect?: typeof inspectProcess;
  commandOf?: typeof processCommand;
  localAddresses?: () => readonly string[];
}

/** Either decided from what this machine knows, or to be decided by what `/health` answers. */
export type LocalVerdict =
  | Verdict
  | { readonly state: 'undecided'; readonly decide: (answer: HealthAnswer) => Verdict };

const alive = (provedBy: LivenessProof, signallable: boolean): Verdict => ({ state: 'alive', provedBy, signallable });
const stale = (reason: string): Verdict => ({ state: 'stale', reason });
const unverifiable = (reason: string): Verdict => ({ state: 'unverifiable', reason });

const reused = (record: PidRecord): Verdict => stale(`pid ${record.pid} was reused by another process`);

const isNumber = (text: string): boolean => /^\d+$/.test(text);

/** Another container on a shared volume, or another machine: its pids mean nothing here, so only the run's id counts. */
function decideForeign(record: PidRecord, answer: HealthAnswer): Verdict {
  if (answer.outcome !== 'ok') return unverifiable(`it runs in another pid namespace and ${answer.detail}`);
  if (record.instanceId === undefined || answer.instanceId === undefined) {
    return unverifiable('it runs in another pid namespace and what answers does not say which run it is');
  }
  if (answer.instanceId === record.instanceId) return alive('health', false);
  return stale('another gateway answers at its address');
}

const contradicts = <T>(recorded: T | undefined, said: T | undefined): boolean =>
  recorded !== undefined && said !== undefined && recorded !== said;

/** `otherwise` = what it means that no gateway, or none that could be this one, answers. */
function decideByHealth(record: PidRecord, answer: HealthAnswer, otherwise: (detail: string) => Verdict): Verdict {
  if (answer.outcome !== 'ok') return otherwise(answer.detail);
  const other = contradicts(record.instanceId, answer.instanceId) || contradicts(record.pid, answer.pid);
  if (other) return stale('another gateway answers at its address');
  return alive('health', answer.pid === record.pid);
}

/** By the start stamp, which no two processes of one boot share together with the pid. */
function judgeByStartTime(record: PidRecord, recorded: string, found: string | undefined): LocalVerdict {
  if (found === undefined || isNumber(recorded) !== isNumber(found)) {
    const detail = 'its start time cannot be compared here';
    return {
      state: 'undecided',
      decide: (answer) => decideByHealth(record, answer, (why) => unverifiable(`${detail} and ${why}`)),
    };
  }
  return recorded === found ? alive('start_time', record.pid > 1) : reused(record);
}

/** Records of other implementations have no stamp: the command line decides, then `/health`. */
function judgeByCommand(record: PidRecord, command: readonly string[] | undefined): LocalVerdict {
  if (command && looksLikeGateway(command)) return alive('command', record.pid > 1);
  return {
    state: 'undecided',
    decide: (answer) =>
      decideByHealth(record, answer, (why) =>
        // Where command lines are not to be had, a mere silence proves nothing.
        command === undefined && answer.outcome === 'timeout'
          ? unverifiable(`its command is not known and ${why}`)
          : reused(record),
      ),
  };
}

/** Pid 1 without a namespace is most often a container's, and our own pid 1 is init: both proofs are wanted at once. */
function judgePidOne(record: PidRecord, command: readonly string[] | undefined): LocalVerdict {
  if (!command || !looksLikeGateway(command)) return stale('pid 1 is not a gateway here');
  return {
    state: 'undecided',
    decide: (answer) => {
      const verdict = decideByHealth(record, answer, (why) => stale(`pid 1 is not known to be a gateway and ${why}`));
      return verdict.state === 'alive' ? alive('health', false) : verdict;
    },
  };
}

/** Judges with what this machine knows, without waiting for anything. */
export function judgeLocally(record: PidRecord, options: JudgeOptions = {}): LocalVerdict {
  const { self = currentProcess(), inspect = inspectProcess, commandOf = processCommand } = options;
  if (record.pidNamespace !== undefined && record.pidNamespace !== self.pidNamespace) {
    return { state: 'undecided', decide: (answer) => decideForeign(record, answer) };
  }
  if (contradicts(record.bootId, self.bootId)) return stale('the machine was restarted since');
  const facts = inspect(record.pid);
  if (!facts.exists) return stale(`process ${record.pid} is gone`);
  if (record.pid === 1 && record.pidNamespace === undefined) return judgePidOne(record, commandOf(1));
  if (record.startTime !== undefined) return judgeByStartTime(record, record.startTime, facts.startTime);
  // Whoever runs this code records more than five fields, so the writer was another process, which is gone.
  if (record.pid === self.pid && record.instanceId === undefined) return reused(record);
  return judgeByCommand(record, commandOf(record.pid));
}

/** Asks `/health`, unless the record's host is not one that this machine may be made to connect to. */
export function askHealth(record: PidRecord, options: JudgeOptions = {}): Promise<HealthAnswer> {
  if (!isTrustedHost(record, options.trustedHosts, options.localAddresses)) {
    return Promise.resolve({ outcome: 'other', detail: 'its host is neither of this machine nor configured' });
  }
  const { probeTimeoutMs } = options;
  return probeHealth(record, probeTimeoutMs === undefined ? {} : { timeoutMs: probeTimeoutMs });
}

/** Whether the gateway of a record lives; sends nothing but, where the process table cannot tell, one `GET /health`. */
export async function judgeRecord(record: PidRecord, options: JudgeOptions = {}): Promise<Verdict> {
  const local = judgeLocally(record, options);
  return local.state === 'undecided' ? local.decide(await askHealth(record, options)) : local;
}
