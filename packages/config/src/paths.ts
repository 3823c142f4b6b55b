import { dirname, join, resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import type { Environment } from './env.ts';

/** Where everything lies; all paths are absolute. */
export interface Paths {
  readonly home: string;
  readonly configFile: string;
  readonly securityFile: string;
  readonly launcherConfigFile: string;
  /** Held while one of the three files above is changed. */
  readonly lockFile: string;
  readonly pidFile: string;
  readonly logsDirectory: string;
  readonly sessionsDirectory: string;
  readonly mediaDirectory: string;
}

/** What the command line says about them. */
export interface PathFlags {
  readonly home?: string | undefined;
  readonly configFile?: string | undefined;
}

/** Finds the home and its files: command line, then `PICOCLAW_HOME` and `PICOCLAW_CONFIG`, then `~/.picoclaw`. Throws `ConfigError`. */
export function resolvePaths(flags: PathFlags, environment: Environment): Paths {
  const absolute = (path: string) => resolve(path.replace(/^~(?=$|[\\/])/, () => userHomeOf(environment)));
  const home = absolute(flags.home ?? environment.home ?? join(userHomeOf(environment), '.picoclaw'));
  const configFile = absolute(flags.configFile ?? environment.config ?? join(home, 'config.json'));
  const beside = dirname(configFile);
  return Object.freeze({
    home,
    configFile,
    securityFile: join(beside, '.security.yml'),
    launcherConfigFile: join(beside, 'launcher-config.json'),
    lockFile: join(beside, '.picoclaw-config.lock'),
    pidFile: join(home, '.picoclaw.pid'),
    logsDirectory: join(home, 'logs'),
    sessionsDirectory: join(home, 'sessions'),
    mediaDirectory: join(home, 'media'),
  });
}

function userHomeOf({ userHome }: Environment): string {
  if (userHome !== '') return userHome;
  const message = 'is not set, and this user has no home: set HOME or PICOCLAW_HOME';
  throw new ConfigError('config_invalid', [{ file: 'environment', path: 'HOME', message }]);
}
