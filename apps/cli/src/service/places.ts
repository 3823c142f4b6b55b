import { join } from 'node:path';
import type { Environment } from '@picoclaw/config';

/** A folder in which a manager looks for units. */
export interface UnitFolder {
  readonly manager: 'systemd' | 'launchd';
  readonly scope: 'user' | 'system';
  readonly path: string;
}

const OF_THE_MACHINE: readonly UnitFolder[] = [
  { manager: 'systemd', scope: 'system', path: '/etc/systemd/user' },
  { manager: 'systemd', scope: 'system', path: '/etc/systemd/system' },
  { manager: 'launchd', scope: 'system', path: '/Library/LaunchAgents' },
  { manager: 'launchd', scope: 'system', path: '/Library/LaunchDaemons' },
];

/** Where systemd looks for the units of a user. */
export function systemdUserFolder({ userHome, lookup }: Pick<Environment, 'userHome' | 'lookup'>): string {
  return join(lookup('XDG_CONFIG_HOME') ?? join(userHome, '.config'), 'systemd', 'user');
}

/** Where launchd looks for the agents of a user. */
export function launchAgentsFolder({ userHome }: Pick<Environment, 'userHome'>): string {
  return join(userHome, 'Library', 'LaunchAgents');
}

/** Every folder that may hold a unit, those of the user first. */
export function unitFolders(
  environment: Pick<Environment, 'userHome' | 'lookup'>,
  { ofTheMachine = OF_THE_MACHINE }: { readonly ofTheMachine?: readonly UnitFolder[] } = {},
): UnitFolder[] {
  return [
    { manager: 'systemd', scope: 'user', path: systemdUserFolder(environment) },
    { manager: 'launchd', scope: 'user', path: launchAgentsFolder(environment) },
    ...ofTheMachine,
  ];
}
