import type { PidReader, PidRecord } from '@picoclaw/pid';
import { askReady } from './ready-probe.ts';

const POLL_MS = 50;
/** A stopping gateway may finish its answers for 10 s (gateway.md). */
const LEAVES_WITHIN_MS = 12_000;
/** One that is busy with its last answers may be slow to say so. */
const ANSWERS_WITHIN_MS = 3_000;

/**
 * The live gateway, when it is one to stay. One that is stopping (its launcher was killed a moment ago) is waited for:
 * who attached to it would have none a moment later, and nobody would start another.
 */
export async function findStayingGateway(pidReader: PidReader, now = Date.now): Promise<PidRecord | undefined> {
  const deadline = now() + LEAVES_WITHIN_MS;
  for (;;) {
    const found = await pidReader.read();
    if (found.state !== 'alive') return undefined;
    if (now() > deadline || !(await isStopping(found.record))) return found.record;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Only our own gateway tells; any other answer, and none, leaves the pid file's word standing. */
async function isStopping(record: PidRecord): Promise<boolean> {
  const answer = await askReady(record, ANSWERS_WITHIN_MS);
  if (answer.answered) return answer.phase === 'stopping';
  // It had its port a moment ago: to close it, and with it whoever waits there, is the next thing a stopping gateway does.
  return answer.refused && record.instanceId !== undefined;
}
