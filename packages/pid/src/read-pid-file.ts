import { connectHost, isTrustedHost } from './connect-host.ts';
import { type JudgeOptions, judgeRecord, type LivenessProof, type Verdict } from './liveness.ts';
import { type PidRecord, parsePidRecord } from './pid-record.ts';
import { inspectRecordFile, type RecordFile } from './record-file.ts';

/** What a pid file says, and whether it is true. An `alive` record's address may be connected to. */
export type PidFileState =
  | { readonly state: 'absent' }
  | { readonly state: 'invalid'; readonly reason: string }
  | { readonly state: 'stale'; readonly reason: string; readonly record: PidRecord }
  | { readonly state: 'unverifiable'; readonly reason: string; readonly record: PidRecord }
  | {
      readonly state: 'alive';
      readonly record: PidRecord;
      readonly provedBy: LivenessProof;
      /** Whether it is certain that the pid names this gateway, so that it may be signalled. */
      readonly signallable: boolean;
    };

/** The world the file is read in. */
export type ReadOptions = JudgeOptions;

/** The record in a file, or the state that tells why there is none. */
export function recordOf(
  file: RecordFile,
): { readonly ok: true; readonly record: PidRecord } | { readonly ok: false; readonly state: PidFileState } {
  if (file.state === 'absent') return { ok: false, state: { state: 'absent' } };
  if (file.state === 'refused') return { ok: false, state: { state: 'invalid', reason: file.reason } };
  const parsed = parsePidRecord(file.bytes);
  return parsed.ok ? parsed : { ok: false, state: { state: 'invalid', reason: parsed.reason } };
}

/**
 * A living gateway at an address that its reader may not be made to connect to is of no use to the reader, who would go
 * there with a token; who wants to claim the file or to signal the process asks `judgeRecord` instead.
 */
export function stateOf(record: PidRecord, verdict: Verdict, options: ReadOptions): PidFileState {
  if (verdict.state === 'alive' && !isTrustedHost(record, options.trustedHosts, options.localAddresses)) {
    const reason = `its host ${connectHost(record)} is neither of this machine nor configured`;
    return { state: 'unverifiable', reason, record };
  }
  return { ...verdict, record };
}

/** Reads and judges the pid file; pure: deletes, signals and changes nothing, and never throws. */
export async function readPidFile(path: string, options: ReadOptions = {}): Promise<PidFileState> {
  const found = recordOf(inspectRecordFile(path));
  return found.ok ? stateOf(found.record, await judgeRecord(found.record, options), options) : found.state;
}
