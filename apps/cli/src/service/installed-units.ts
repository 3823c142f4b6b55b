import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, readEnvironment } from '@picoclaw/config';
import type { InstalledUnit, InstalledUnits, UnreadableUnit } from './installed-unit.ts';
import { type UnitFolder, unitFolders } from './places.ts';
import { readSystemdUnit } from './read-systemd-unit.ts';

const SUFFIX = { systemd: '.service', launchd: '.plist' } as const;

/**
 * Finds and parses every unit that runs a launcher or a gateway, of both managers and of any maker; those of the user
 * first. Never throws for what is in the files.
 */
export async function readInstalledUnits(
  environment: Pick<Environment, 'userHome' | 'lookup'>,
  folders: readonly UnitFolder[] = unitFolders(environment),
): Promise<InstalledUnits> {
  const units: InstalledUnit[] = [];
  const unreadable: UnreadableUnit[] = [];
  for (const folder of folders) {
    for (const file of filesIn(folder)) {
      try {
        const unit = await readUnit(file, folder, environment.userHome);
        if (unit !== undefined) units.push(unit);
      } catch (error) {
        // One of somebody else's that we cannot read is not our concern.
        if (/picoclaw/i.test(file)) unreadable.push({ file, reason: reasonOf(error) });
      }
    }
  }
  return { units, unreadable };
}

/**
 * The environment in which a service resolves its configuration: what its unit says, and nothing of the shell that asks.
 * Throws `ConfigError`.
 */
export function environmentOfUnit(unit: Pick<InstalledUnit, 'environment' | 'kind'>): Environment {
  const source = Object.fromEntries([...unit.environment].map(([name, value]) => [name, value.reveal()]));
  return readEnvironment({ source });
}

function filesIn({ manager, path }: UnitFolder): string[] {
  try {
    const names = readdirSync(path).filter((name) => name.endsWith(SUFFIX[manager]));
    return names
      .toSorted()
      .map((name) => join(path, name))
      .filter(existsSync);
  } catch {
    return [];
  }
}

async function readUnit(
  file: string,
  { manager, scope }: UnitFolder,
  userHome: string,
): Promise<InstalledUnit | undefined> {
  if (manager === 'systemd') return readSystemdUnit(file, { scope, userHome });
  // Not many have an agent of launchd, and everybody's `status` would wait for the parser of XML.
  const { readLaunchAgent } = await import('./read-launch-agent.ts');
  return readLaunchAgent(file, scope);
}

/** Only the first line: parsers like to show the text that they stumble over. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? '';
}
