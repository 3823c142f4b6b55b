import { setTimeout as wait } from 'node:timers/promises';
import type { Environment, ServiceKind } from '@picoclaw/config';
import { comingUpOf } from './come-up.ts';
import type { ServiceManager, ServiceState } from './manager.ts';

/** A slow machine needs this long to load the program, and only then finds that its port is taken. */
const COMES_UP_WITHIN_MS = 15_000;
/** Where it cannot be told whether it has come up. */
const SETTLED_MS = 3_000;
const POLL_MS = 100;

/** The state of a service that was just started, when it has ended or has proved that it stays. */
export async function stateAfterStart(
  manager: Pick<ServiceManager, 'state' | 'unitFile'>,
  kind: ServiceKind,
  environment: Environment,
): Promise<ServiceState> {
  const hasComeUp = await comingUpOf(kind, manager.unitFile(kind), environment);
  const deadline = Date.now() + (hasComeUp === undefined ? SETTLED_MS : COMES_UP_WITHIN_MS);
  let found = await manager.state(kind);
  while (found.state === 'running' && Date.now() < deadline) {
    if (found.pid !== undefined && (await hasComeUp?.(found.pid))) break;
    await wait(POLL_MS);
    found = await manager.state(kind);
  }
  return found;
}
