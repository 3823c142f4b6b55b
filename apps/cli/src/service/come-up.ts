import { type Environment, loadLauncherConfig, resolvePaths, type ServiceKind } from '@picoclaw/config';
import { findPortHolder } from '@picoclaw/server';
import { readHomePidFile } from '../facts/pid-file.ts';
import { environmentOfUnit, readInstalledUnits } from './installed-units.ts';

/** Whether the process of a service has come up: past everything that a start can fail by. */
export type HasComeUp = (pid: number) => Promise<boolean>;

interface World {
  readonly platform?: NodeJS.Platform;
}

/** How to tell that, by the files that the unit itself names; `undefined` where it cannot be told. */
export async function comingUpOf(
  kind: ServiceKind,
  unitFile: string,
  environment: Environment,
  { platform = process.platform }: World = {},
): Promise<HasComeUp | undefined> {
  const unit = (await readInstalledUnits(environment)).units.find(({ file }) => file === unitFile);
  if (unit === undefined) return undefined;
  try {
    const inside = environmentOfUnit(unit);
    const paths = resolvePaths({}, inside);
    if (kind === 'gateway') {
      return async (pid) => {
        const found = await readHomePidFile({ paths, environment: inside });
        return found.state === 'alive' && found.record.pid === pid;
      };
    }
    const { port } = loadLauncherConfig(paths, inside);
    // Who listens is told by /proc alone.
    return platform === 'linux' ? async (pid) => findPortHolder(port)?.pid === pid : undefined;
  } catch {
    // What is wrong with its files is what the service itself ends with.
    return undefined;
  }
}
