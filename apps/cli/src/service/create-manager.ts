import type { Environment } from '@picoclaw/config';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { createLaunchdManager } from './launchd-manager.ts';
import type { ServiceManager } from './manager.ts';
import { createRunner } from './run-program.ts';
import { createSystemdManager } from './systemd-manager.ts';

/** The manager of this system. Throws `CliError` where services are not supported. */
export function createManager(
  environment: Environment,
  { platform = process.platform }: { readonly platform?: NodeJS.Platform } = {},
): ServiceManager {
  const run = createRunner(environment);
  if (platform === 'linux') return createSystemdManager(environment, { run });
  if (platform === 'darwin') return createLaunchdManager(environment, { run });
  throw new CliError(
    ExitCode.operator,
    `Services are supported with systemd (Linux) and launchd (macOS), not on ${platform}.`,
    'Have picoclaw-launcher --no-browser started at sign-in by what this system has for that.',
  );
}
