import fc from 'fast-check';
import { planService, type ServicePlan } from '../../src/service/plan.ts';

interface PlanParts {
  readonly kind?: 'launcher' | 'gateway';
  readonly program?: string;
  readonly script?: string;
  readonly home?: string;
}

/** A plan with the given parts. */
export function aPlan({
  kind = 'launcher',
  program = '/usr/bin/node',
  script = '/opt/picoclaw/cli.js',
  home = '/home/p',
}: PlanParts = {}): ServicePlan {
  const paths = { home: `${home}/.picoclaw`, configFile: `${home}/.picoclaw/config.json` };
  return planService({ kind, program, script, userHome: home, paths });
}

const HARD = [...'%$"\'\\ ;#=&<>{}~*?!@:-+|`éß漢🦀'];

/** Paths made of what is hard to write down. */
export const hardPath: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a variable of systemd
      fc.constantFrom(...HARD, '%h', '%%', '$$', '${HOME}', '\\n', '\\x41', ' '),
      fc.stringMatching(/^[a-z]{1,3}$/),
    ),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((parts) => `/${parts.join('')}`);
