import { chmodSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { changeExclusively, type ExclusiveOptions } from './exclusive-change.ts';
import { type JudgeOptions, judgeRecord } from './liveness.ts';
import { naming } from './pid-file-error.ts';
import { describeGateway, type PidRecord, parsePidRecord, serializePidRecord } from './pid-record.ts';
import { inspectRecordFile, type RecordFile, refusal } from './record-file.ts';
import { type RemoveResult, removeIf } from './remove-if.ts';
import { removeQuietly, sweepSiblings, tryLink, writeSibling } from './sibling-file.ts';

/** The right to be the gateway of this home, held until `releasePidFile`. */
export interface PidClaim {
  readonly path: string;
  readonly record: PidRecord;
}

/**
 * `already_running`: the other gateway lives. `unverifiable`: it may live where this process cannot see it, so nothing
 * was taken over. `explanation` is the sentence to print.
 */
export type ClaimResult =
  | { readonly ok: true; readonly claim: PidClaim }
  | {
      readonly ok: false;
      readonly reason: 'already_running' | 'unverifiable';
      readonly record: PidRecord;
      readonly explanation: string;
    };

/** The world in which the claim is made. */
export type ClaimOptions = JudgeOptions & Omit<ExclusiveOptions, 'self'>;

function ensureDirectory(path: string): void {
  const directory = dirname(path);
  naming(path, 'creating its directory', () => {
    const created = mkdirSync(directory, { recursive: true, mode: 0o700 });
    // The umask may have taken the owner's own bits away.
    if (created !== undefined) chmodSync(directory, 0o700);
  });
}

/** `undefined` = the file may be taken over: it is no record, or its gateway is provably not there. */
async function objectionOf(
  file: Extract<RecordFile, { state: 'present' }>,
  path: string,
  options: ClaimOptions,
): Promise<Extract<ClaimResult, { ok: false }> | undefined> {
  const parsed = parsePidRecord(file.bytes);
  if (!parsed.ok) return undefined;
  const { record } = parsed;
  const verdict = await judgeRecord(record, options);
  if (verdict.state === 'stale') return undefined;
  if (verdict.state === 'alive') {
    const explanation = `gateway is already running (${describeGateway(record)})`;
    return { ok: false, reason: 'already_running', record, explanation };
  }
  const explanation = `a gateway may be running (${describeGateway(record)}): ${verdict.reason}; if it is not, remove ${path}`;
  return { ok: false, reason: 'unverifiable', record, explanation };
}

/** One attempt; `undefined` = the file changed under our eyes, so look again. */
async function attempt(path: string, own: string, record: PidRecord, options: ClaimOptions) {
  const claim: ClaimResult = { ok: true, claim: { path, record } };
  if (tryLink(own, path)) return claim;
  const file = inspectRecordFile(path);
  if (file.state === 'absent') return undefined;
  if (file.state === 'refused') throw refusal(path, file);
  const objection = await objectionOf(file, path, options);
  if (objection) return objection;
  const replace = () => naming(path, 'taking it over', () => renameSync(own, path));
  return (await changeExclusively(path, file.digest, replace, options)) === 'done' ? claim : undefined;
}

/**
 * Makes this process the gateway of a home: of any number that try at once exactly one gets `ok`. Call it when the
 * sockets are bound and `/health` answers. A provably stale file is taken over.
 *
 * Throws `PidFileError` for a symbolic link, a file of another user, anything but a regular file, and failing I/O.
 */
export async function claimPidFile(path: string, record: PidRecord, options: ClaimOptions = {}): Promise<ClaimResult> {
  ensureDirectory(path);
  const own = writeSibling(path, serializePidRecord(record));
  try {
    for (;;) {
      const result = await attempt(path, own, record, options);
      if (result?.ok) sweepSiblings(path, options.now);
      if (result) return result;
    }
  } finally {
    removeQuietly(own);
  }
}

/** Gives the claim back: removes the file if it still is the one that was claimed. */
export function releasePidFile(claim: PidClaim): Promise<RemoveResult> {
  return removeIf(claim.path, claim.record);
}
