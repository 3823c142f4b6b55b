import { type PidRecord, processStartTime, signalRecord } from '@picoclaw/pid';

const POLL_MS = 50;

/**
 * Ends a gateway that somebody else started: SIGTERM, after the grace period SIGKILL. The pid package proves before each
 * signal that the process is that gateway; `refused` when it cannot.
 */
export async function stopAttached(record: PidRecord, graceMs: number): Promise<'stopped' | 'refused'> {
  const startedAt = processStartTime(record.pid);
  const isGone = () => processStartTime(record.pid) !== startedAt || startedAt === undefined;
  const asked = await signalRecord(record, 'SIGTERM');
  if (!asked.ok) return asked.reason === 'stale' ? 'stopped' : 'refused';
  const deadline = Date.now() + graceMs;
  while (!isGone()) {
    if (Date.now() > deadline) {
      const killed = await signalRecord(record, 'SIGKILL');
      return killed.ok || killed.reason === 'stale' ? 'stopped' : 'refused';
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return 'stopped';
}
