import { Secret } from '@picoclaw/auth';
import {
  credentialsGiven,
  type Environment,
  findLauncherToken,
  type GivenCredential,
  loadGatewayConfig,
  loadLauncherConfig,
  readBoundedFile,
  readEnvironment,
  resolveChannelToken,
  type ServiceKind,
} from '@picoclaw/config';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { planEnvironment, type ServicePlan } from './plan.ts';

const MAX_TOKEN_BYTES = 64 * 1024;

/** The tokens that a service would not find by itself: those of this environment, and the one of the flag, which wins. */
export function tokensGiven(
  environment: Environment,
  kind: ServiceKind,
  tokenFile: string | undefined,
): GivenCredential[] {
  const given = credentialsGiven(environment);
  if (tokenFile === undefined) return given;
  const purpose = kind === 'launcher' ? 'launcher' : 'channel';
  const written = tokenIn(tokenFile);
  return [{ purpose, written, from: '--token-file' }, ...given.filter((one) => one.purpose !== purpose)];
}

/**
 * Refuses a configuration with which no service could start, a reference that leads nowhere among others. Answers with
 * what is right here but not in the service: it does not get the variables of this shell. Throws `ConfigError`.
 */
export function checkForService(
  { paths, environment }: Pick<CliContext, 'paths' | 'environment'>,
  plan: ServicePlan,
): string[] {
  const check = (inside: Environment) => {
    loadLauncherConfig(paths, inside);
    loadGatewayConfig(paths, inside);
    findLauncherToken(paths, inside);
    resolveChannelToken(paths, inside);
  };
  check(environment);
  try {
    check(readEnvironment({ source: planEnvironment(plan) }));
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      `${reason}: that is so for the service, which does not get the variables of this shell. Use file://, or set it in ~/.config/environment.d.`,
    ];
  }
}

/** The variables of this shell that configure PicoClaw and do not reach the service. */
export function variablesLeftOut(
  { names, lookup }: Environment,
  plan: ServicePlan,
  given: readonly GivenCredential[],
): string[] {
  const reached = new Set([...Object.keys(planEnvironment(plan)), ...given.map(({ from }) => from)]);
  return names
    .filter((name) => name.startsWith('PICOCLAW_') && lookup(name) !== undefined && !reached.has(name))
    .toSorted();
}

function tokenIn(file: string): Secret {
  const text = readBoundedFile(file === '-' ? '/dev/stdin' : file, MAX_TOKEN_BYTES)?.text.trim();
  if (text) return new Secret(text);
  const reason = text === undefined ? 'does not exist' : 'is empty';
  throw new CliError(ExitCode.operator, `The file of --token-file ${reason}: ${file}.`, 'Nothing was changed.');
}
