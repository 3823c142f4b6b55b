import type { Environment, ServiceKind } from '@picoclaw/config';
import { createManager } from './create-manager.ts';
import type { InstalledUnit } from './installed-unit.ts';
import { readInstalledUnits } from './installed-units.ts';
import type { ServiceManager, ServiceState } from './manager.ts';

/** One of our two services, as its unit and its manager say. */
export interface ServiceStatus {
  readonly kind: ServiceKind;
  readonly manager: ServiceManager['name'];
  readonly unit: string;
  readonly isInstalled: boolean;
  readonly isEnabled: boolean;
  /** What would start it anew. */
  readonly restart: string;
  readonly state: ServiceState;
}

/** The state of services; asks the manager only for those that are installed. */
export async function serviceStatus(
  environment: Environment,
  kinds: readonly ServiceKind[],
  manager: ServiceManager = createManager(environment),
): Promise<ServiceStatus[]> {
  const { units } = await readInstalledUnits(environment);
  const available = await manager.isAvailable();
  return Promise.all(
    kinds.map(async (kind): Promise<ServiceStatus> => {
      const unit = manager.unitFile(kind);
      const installed = units.find(({ file }) => file === unit);
      const common = { kind, manager: manager.name, unit, isInstalled: installed !== undefined, ...rulesOf(installed) };
      if (installed === undefined) return { ...common, state: { state: 'stopped' } };
      const state: ServiceState = available.ok
        ? await manager.state(kind)
        : { state: 'unknown', reason: available.reason };
      return { ...common, state };
    }),
  );
}

function rulesOf(installed: InstalledUnit | undefined): Pick<ServiceStatus, 'isEnabled' | 'restart'> {
  return { isEnabled: installed?.isEnabled ?? false, restart: installed?.restart ?? 'no' };
}
