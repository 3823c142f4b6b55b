import { findLauncherToken, type GivenCredential, longForm, resolveChannelToken } from '@picoclaw/config';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import type { InstalledUnit } from './installed-unit.ts';
import { commandLine, planEnvironment, type ServicePlan } from './plan.ts';

type Replaced = Pick<InstalledUnit, 'file' | 'program' | 'args' | 'environment' | 'embedded' | 'templateVersion'>;

/** Throws `CliError` where a unit that is to be replaced holds the only token that there is: nobody would get in any more. */
export function refuseToLoseTokens(
  { file, embedded }: Replaced,
  given: readonly GivenCredential[],
  { paths, environment }: Pick<CliContext, 'paths' | 'environment'>,
): void {
  const isKept = {
    launcher: () => findLauncherToken(paths, environment) !== undefined,
    channel: () => resolveChannelToken(paths, environment).value !== undefined,
  };
  for (const { purpose } of embedded) {
    if (purpose === undefined || given.some((one) => one.purpose === purpose) || isKept[purpose]()) continue;
    throw new CliError(
      ExitCode.operator,
      `${file} holds the only ${purpose} token that there is. Nothing was changed.`,
      'picoclaw-launcher doctor --repair takes it into the configuration, and then writes the unit without it.',
    );
  }
}

/** What is gone with a unit that was replaced, in sentences. */
export function tellReplaced(unit: Replaced, plan: ServicePlan): string[] {
  const { program, args, embedded, templateVersion } = unit;
  const lost = lostSettings(unit, plan);
  return [
    ...(templateVersion === undefined
      ? [`This replaced a unit that another program had written; it started ${[program, ...args].join(' ')}`]
      : []),
    ...(lost.length === 0 ? [] : [`The unit before set ${lost.join(', ')}: set that in the files.`]),
    ...(embedded.length === 0
      ? []
      : [
          `The unit before held secrets (${embedded.map(({ where }) => where).join(', ')}), which stand in no unit any more: change them, since others may have read them.`,
        ]),
  ];
}

/** The variables and flags that only the unit before had. */
export function lostSettings(
  { args, environment, embedded }: Pick<InstalledUnit, 'args' | 'environment' | 'embedded'>,
  plan: ServicePlan,
): string[] {
  const kept = [...Object.keys(planEnvironment(plan)), ...commandLine(plan)];
  const isSecret = (name: string) => embedded.some(({ where }) => where.endsWith(name));
  const variables = [...environment.keys()].filter((name) => name.startsWith('PICOCLAW_'));
  const flags = args.filter((word) => /^--?[a-z]/i.test(word)).map((word) => longForm(word).replace(/=.*/s, ''));
  return [...variables, ...flags].filter((name) => !kept.includes(name) && !isSecret(name));
}
