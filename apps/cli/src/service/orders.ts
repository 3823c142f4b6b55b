import { existsSync } from 'node:fs';
import type { ServiceKind } from '@picoclaw/config';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { byHand } from './by-hand.ts';
import { createManager } from './create-manager.ts';
import { planCurrent } from './current-plan.ts';
import type { ServiceManager, ServiceState } from './manager.ts';
import { stateAfterStart } from './state-after-start.ts';
import { removeUnitFiles } from './unit-files.ts';

/** What uninstalling did. */
export interface Uninstalled {
  readonly kind: ServiceKind;
  readonly removed: readonly string[];
  /** Why the manager could not be asked to end the service. */
  readonly notStopped: string | undefined;
}

/** Ends a service and removes everything that was installed for it; nothing to remove is fine. Throws `CliError`. */
export async function uninstallService(
  { environment }: CliContext,
  kind: ServiceKind,
  manager: ServiceManager = createManager(environment),
): Promise<Uninstalled> {
  const available = await manager.isAvailable();
  if (available.ok) {
    const unloaded = await manager.unload(kind);
    if (!unloaded.ok) {
      const hint = 'It is still installed.';
      throw new CliError(ExitCode.failed, `The service of the ${kind} could not be ended: ${unloaded.reason}.`, hint);
    }
  }
  const removed = removeUnitFiles(manager.unitFile(kind));
  if (available.ok) await manager.reload();
  return { kind, removed, notStopped: available.ok ? undefined : available.reason };
}

/** Starts, ends or restarts an installed service; answers with its state afterwards. Throws `CliError`. */
export async function orderService(
  context: CliContext,
  order: 'start' | 'stop' | 'restart',
  kind: ServiceKind,
  manager: ServiceManager = createManager(context.environment),
): Promise<ServiceState> {
  const file = manager.unitFile(kind);
  if (!existsSync(file)) {
    const hint = `picoclaw-launcher service install --kind ${kind} installs it.`;
    throw new CliError(ExitCode.notRunning, `There is no service of the ${kind}: ${file} does not exist.`, hint);
  }
  const available = await manager.isAvailable();
  if (!available.ok) {
    const hint = order === 'stop' ? undefined : `Start it by hand: ${byHand(planCurrent(kind, context).plan)}`;
    throw new CliError(ExitCode.operator, `Nothing could be done: ${available.reason}.`, hint);
  }
  const outcome = await manager[order](kind);
  if (!outcome.ok) {
    const hint = `What it says: ${manager.logCommand(kind)}`;
    throw new CliError(ExitCode.failed, `The order "${order}" failed: ${outcome.reason}.`, hint);
  }
  return order === 'stop' ? manager.state(kind) : stateAfterStart(manager, kind, context.environment);
}
