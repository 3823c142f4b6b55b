import type { PidRecord } from './pid-record.ts';
import { processStartTime } from './process-facts.ts';
import { signalRecord } from './signal-gateway.ts';

const POLL_MS = 50;

/**
 * Ends a gateway that is no child of ours: SIGTERM, after the grace period SIGKILL. It is proved before each signal that
 * the process is that gateway; `refused` when it cannot be.
 */
export async function stopGateway(record: PidRecord, graceMs: number): Promise<'stopped' | 'refused'> {
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
