import { unlinkSync } from 'node:fs';
import { changeExclusively, type ExclusiveOptions } from './exclusive-change.ts';
import { naming } from './pid-file-error.ts';
import { isSameGateway, type PidRecord, parsePidRecord } from './pid-record.ts';
import { inspectRecordFile } from './record-file.ts';

/** `different` = the file speaks of another gateway by now, or is nothing that was written by one. */
export type RemoveResult =
  | { readonly removed: true }
  | { readonly removed: false; readonly reason: 'absent' | 'different' };

/**
 * Removes the pid file if it holds this very record (pid, run and token), for cleaning up after a gateway that is known
 * to be dead. Throws `PidFileError` when it cannot be removed.
 */
export async function removeIf(
  path: string,
  expected: PidRecord,
  options: ExclusiveOptions = {},
): Promise<RemoveResult> {
  const file = inspectRecordFile(path);
  if (file.state === 'absent') return { removed: false, reason: 'absent' };
  const parsed = file.state === 'present' ? parsePidRecord(file.bytes) : undefined;
  if (file.state !== 'present' || !parsed?.ok || !isSameGateway(parsed.record, expected)) {
    return { removed: false, reason: 'different' };
  }
  const remove = () => naming(path, 'removing it', () => unlinkSync(path));
  const outcome = await changeExclusively(path, file.digest, remove, options);
  return outcome === 'done' ? { removed: true } : { removed: false, reason: 'different' };
}

/**
 * Removes a pid file that holds no record at all (empty, cut short, no JSON), as a gateway that starts would do. What is
 * no regular file of ours is left alone. Throws `PidFileError` when it cannot be removed.
 */
export async function removeInvalid(path: string, options: ExclusiveOptions = {}): Promise<RemoveResult> {
  const file = inspectRecordFile(path);
  if (file.state === 'absent') return { removed: false, reason: 'absent' };
  if (file.state === 'refused' || parsePidRecord(file.bytes).ok) return { removed: false, reason: 'different' };
  const remove = () => naming(path, 'removing it', () => unlinkSync(path));
  const outcome = await changeExclusively(path, file.digest, remove, options);
  return outcome === 'done' ? { removed: true } : { removed: false, reason: 'different' };
}
