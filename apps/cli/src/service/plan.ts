import { dirname } from 'node:path';
import type { Paths, ServiceKind } from '@picoclaw/config';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { type AbsolutePath, isAbsolutePath } from './absolute-path.ts';

/** Raised when a unit has to look different, so that `audit` sees which were written before. */
export const TEMPLATE_VERSION = 1;

/**
 * All that a unit says. Every field is a checked path, one of two words or a number: there is no place for a token, a
 * password, a port, a proxy, or for anything else of the shell that installs it.
 */
export interface ServicePlan {
  readonly kind: ServiceKind;
  /** Node. */
  readonly program: AbsolutePath;
  /** cli.js of the build. */
  readonly script: AbsolutePath;
  readonly userHome: AbsolutePath;
  readonly path: readonly AbsolutePath[];
  readonly picoclawHome: AbsolutePath;
  readonly picoclawConfig: AbsolutePath;
  readonly templateVersion: number;
}

interface PlanFacts {
  readonly kind: ServiceKind;
  readonly program: string;
  readonly script: string;
  readonly userHome: string;
  readonly paths: Pick<Paths, 'home' | 'configFile'>;
}

const SYSTEM_PATH = ['/usr/local/bin', '/usr/bin', '/bin'];
const ARGUMENTS = { launcher: ['--no-browser'], gateway: ['gateway', 'run'] } as const;

/** Plans a service. Throws `CliError` for a path that no unit can hold. */
export function planService({ kind, program, script, userHome, paths }: PlanFacts): ServicePlan {
  const checkedProgram = checkPath(program, 'The path of Node');
  const folders = [...new Set([dirname(checkedProgram), ...SYSTEM_PATH])];
  return {
    kind,
    program: checkedProgram,
    script: checkPath(script, 'The path of this program'),
    userHome: checkPath(userHome, 'HOME'),
    // A colon cannot be escaped in PATH; such a folder would be two others.
    path: folders.filter((folder) => !folder.includes(':')).filter(isAbsolutePath),
    picoclawHome: checkPath(paths.home, 'The home of PicoClaw'),
    picoclawConfig: checkPath(paths.configFile, 'The path of the configuration'),
    templateVersion: TEMPLATE_VERSION,
  };
}

/** The command line of a service, the program first. */
export function commandLine({ kind, program, script }: ServicePlan): readonly [string, ...string[]] {
  return [program, script, ...ARGUMENTS[kind]];
}

/** The environment that a service is given, all of it. */
export function planEnvironment(plan: ServicePlan): Readonly<Record<string, string>> {
  return {
    HOME: plan.userHome,
    PATH: plan.path.join(':'),
    PICOCLAW_HOME: plan.picoclawHome,
    PICOCLAW_CONFIG: plan.picoclawConfig,
    PICOCLAW_SERVICE_KIND: plan.kind,
  };
}

function checkPath(path: string, what: string): AbsolutePath {
  if (isAbsolutePath(path)) return path;
  const shown = JSON.stringify(path);
  throw new CliError(
    ExitCode.operator,
    `${what} cannot stand in a service: ${shown}.`,
    'Choose a path without line breaks.',
  );
}
