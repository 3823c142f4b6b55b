import { readFileSync } from 'node:fs';
import {
  ensureHome,
  type FileDigests,
  type GivenCredential,
  type PersistedCredential,
  persistCredentials,
  type ServiceKind,
} from '@picoclaw/config';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { byHand } from './by-hand.ts';
import { createManager } from './create-manager.ts';
import { planCurrent } from './current-plan.ts';
import { checkForService, tokensGiven, variablesLeftOut } from './given-tokens.ts';
import { readInstalledUnits } from './installed-units.ts';
import type { ServiceManager, ServiceState } from './manager.ts';
import { dropInsOf } from './read-systemd-unit.ts';
import { refuseToLoseTokens, tellReplaced } from './replaced-unit.ts';
import { stateAfterStart } from './state-after-start.ts';
import { stripSecrets } from './strip-secrets.ts';
import { type PreparedFile, prepareFile, prepareRemoval } from './unit-files.ts';

/** How a service is installed. */
export interface InstallOptions {
  readonly kind: ServiceKind;
  /** A file that holds the service's token, `-` for standard input. */
  readonly tokenFile?: string | undefined;
  /** Whether it is started, or restarted when it runs with another unit. */
  readonly start?: boolean;
  readonly manager?: ServiceManager;
  /** What goes into the files, instead of the tokens of this shell. */
  readonly given?: readonly GivenCredential[];
  /** The files that this was decided on: when one was changed meanwhile, nothing is written. */
  readonly expected?: FileDigests;
}

/** What an installation did. */
export interface Installed {
  readonly kind: ServiceKind;
  readonly manager: ServiceManager['name'];
  readonly unit: string;
  /** False: the unit was as it should be. */
  readonly changed: boolean;
  readonly tokens: readonly PersistedCredential[];
  /** `undefined` when it was not to be started. */
  readonly state: ServiceState | undefined;
  /** Why it could not be started, and what a person types instead. */
  readonly notStarted: { readonly reason: string; readonly byHand: string } | undefined;
  readonly warnings: readonly string[];
}

/**
 * Installs a service: first it is made sure that the unit can be written, then the tokens of this shell go into the
 * files, then the unit is put in place. Fails as a whole or not at all. Throws `CliError` and `ConfigError`.
 */
export async function installService(
  context: Pick<CliContext, 'environment' | 'paths'>,
  options: InstallOptions,
): Promise<Installed> {
  const { kind, tokenFile, start = true, manager = createManager(context.environment) } = options;
  const { environment, paths } = context;
  const { plan, warnings } = planCurrent(kind, context);
  const given = options.given ?? tokensGiven(environment, kind, tokenFile);
  const unresolved = checkForService(context, plan);
  const unit = manager.unitFile(kind);
  const replaced = (await readInstalledUnits(environment)).units.find(({ file }) => file === unit);
  // Whoever repairs has found out already which token counts.
  if (replaced && options.given === undefined) refuseToLoseTokens(replaced, given, context);
  const files = prepareFiles(unit, manager.render(plan));
  const tokens = await persistOrAbandon(files, async () => {
    await ensureHome(paths);
    return persistCredentials(paths, environment, given, options.expected && { expected: options.expected });
  });
  for (const file of files) file.commit();
  await manager.enable(kind);
  const started = start
    ? await startInstalled(manager, kind, { environment, isChanged: files.length > 0 })
    : { state: undefined };
  const leftOut = variablesLeftOut(environment, plan, given);
  return {
    ...{ kind, manager: manager.name, unit, changed: files.length > 0, tokens, state: started.state },
    notStarted: started.reason === undefined ? undefined : { reason: started.reason, byHand: byHand(plan) },
    warnings: [
      ...warnings,
      ...unresolved,
      ...(replaced && files.length > 0 ? tellReplaced(replaced, plan) : []),
      ...(leftOut.length === 0 ? [] : [`The service does not get ${leftOut.join(', ')}: set that in the files.`]),
    ],
  };
}

/** Everything that has to change, ready to be put in place; nothing when the unit is as it should be. */
function prepareFiles(unit: string, text: string): PreparedFile[] {
  const wanted = [
    { file: unit, text: text as string | undefined },
    ...dropInsOf(unit).map((file) => ({ file, text: stripSecrets(read(file) ?? '') })),
  ];
  const prepared: PreparedFile[] = [];
  try {
    for (const { file, text: after } of wanted) {
      if (after === read(file)) continue;
      prepared.push(after === undefined ? prepareRemoval(file) : prepareFile(file, after));
    }
    return prepared;
  } catch (error) {
    for (const file of prepared) file.abandon();
    throw error;
  }
}

async function persistOrAbandon<T>(files: readonly PreparedFile[], persist: () => Promise<T>): Promise<T> {
  try {
    return await persist();
  } catch (error) {
    for (const file of files) file.abandon();
    throw error;
  }
}

interface Started {
  readonly state: ServiceState | undefined;
  readonly reason?: string;
}

async function startInstalled(
  manager: ServiceManager,
  kind: ServiceKind,
  { environment, isChanged }: Pick<CliContext, 'environment'> & { readonly isChanged: boolean },
): Promise<Started> {
  const available = await manager.isAvailable();
  if (!available.ok) return { state: undefined, reason: available.reason };
  const reloaded = await manager.reload();
  const before = await manager.state(kind);
  const isRunning = before.state === 'running';
  if (reloaded.ok && isRunning && !isChanged) return { state: before };
  const outcome = reloaded.ok ? await manager[isRunning ? 'restart' : 'start'](kind) : reloaded;
  if (outcome.ok) return { state: await stateAfterStart(manager, kind, environment) };
  const hint = `The unit is installed. What it says: ${manager.logCommand(kind)}`;
  throw new CliError(ExitCode.failed, `The service of the ${kind} was not started: ${outcome.reason}.`, hint);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
