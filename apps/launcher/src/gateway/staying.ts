import { gatewayOrigin, type PidReader, type PidRecord } from '@picoclaw/pid';

const POLL_MS = 50;
/** A stopping gateway may finish its answers for 10 s (gateway.md). */
const LEAVES_WITHIN_MS = 12_000;
const ASK_TIMEOUT_MS = 800;

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
  try {
    const response = await fetch(`${gatewayOrigin(record)}/ready`, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    const { phase } = (await response.json()) as { phase?: unknown };
    return phase === 'stopping';
  } catch (error) {
    // It had its port a moment ago: refusing connections is the next thing a stopping gateway does.
    return (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED' && record.instanceId !== undefined;
  }
}
