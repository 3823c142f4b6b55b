import { fileURLToPath } from 'node:url';
import type { ServiceKind } from '@picoclaw/config';
import type { CliContext } from '../context.ts';
import { planService, type ServicePlan } from './plan.ts';
import { findStableProgram, versionManagerOf } from './stable-program.ts';

/** The service that this program would be, and what to say about the programs that were chosen for it. */
export interface CurrentPlan {
  readonly plan: ServicePlan;
  readonly warnings: readonly string[];
}

/** cli.js stands beside this program in every build. */
const ownScript = fileURLToPath(new URL('cli.js', import.meta.url));

/** Plans a service of this build, for the home of this context. Throws `CliError`. */
export function planCurrent(
  kind: ServiceKind,
  { environment, paths }: Pick<CliContext, 'environment' | 'paths'>,
): CurrentPlan {
  const { program, versionManager, isFleeting } = findStableProgram();
  const plan = planService({ kind, program, script: ownScript, userHome: environment.userHome, paths });
  const ofScript = versionManagerOf(ownScript);
  const warnings = [
    ...(isFleeting
      ? [
          `Node lies in a folder of ${versionManager}: ${program}. The service ends to work when that version is removed; install Node for the whole system and repeat this.`,
        ]
      : []),
    ...(versionManager !== undefined && !isFleeting
      ? [`The service is started with ${program}, not with the Node of ${versionManager}.`]
      : []),
    ...(ofScript === undefined
      ? []
      : [`This program lies in a folder of ${ofScript}, which may be emptied: ${ownScript}`]),
  ];
  return { plan, warnings };
}
