import { type ConfigProblem, problemLine } from '@picoclaw/config';
import { boundEvidence, type Finding } from '@picoclaw/findings';

/** Files or variables with which launcher or gateway refuse to start; only a person can say what was meant. */
export function checkConfig({ problems }: { readonly problems: readonly ConfigProblem[] }): Finding[] {
  if (problems.length === 0) return [];
  const files = [...new Set(problems.map(({ file }) => file))];
  return [
    {
      code: 'config-invalid',
      severity: 'error',
      message: `The configuration cannot be used: ${files.join(', ')}.`,
      evidence: boundEvidence(problems.map(problemLine)),
      fix: `correct ${files.join(' and ')} by hand; nothing is repaired while it is invalid`,
    },
  ];
}
