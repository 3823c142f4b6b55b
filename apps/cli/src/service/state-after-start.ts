import { setTimeout as wait } from 'node:timers/promises';
import type { ServiceKind } from '@picoclaw/config';
import type { ServiceManager, ServiceState } from './manager.ts';

/** A configuration that is wrong, or a port that is taken, ends a service within this time. */
const SETTLED_MS = 1_500;
const POLL_MS = 100;

/** The state of a service that was just started, when it has ended or has proved that it stays. */
export async function stateAfterStart(
  manager: Pick<ServiceManager, 'state'>,
  kind: ServiceKind,
): Promise<ServiceState> {
  const deadline = Date.now() + SETTLED_MS;
  let found = await manager.state(kind);
  while (found.state === 'running' && Date.now() < deadline) {
    await wait(POLL_MS);
    found = await manager.state(kind);
  }
  return found;
}
