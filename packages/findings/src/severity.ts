/** How bad a finding is, least bad first. */
export const SEVERITIES = ['info', 'warn', 'error'] as const;

/** How bad a finding is. */
export type Severity = (typeof SEVERITIES)[number];

interface Graded {
  readonly severity: Severity;
}

const rank = ({ severity }: Graded): number => SEVERITIES.indexOf(severity);

/** The worst first; of equally bad ones the order stays. */
export function bySeverity<T extends Graded>(findings: readonly T[]): T[] {
  return findings.toSorted((left, right) => rank(right) - rank(left));
}

/** Whether a finding is at least as bad as that. */
export function isAtLeast(finding: Graded, severity: Severity): boolean {
  return rank(finding) >= rank({ severity });
}
