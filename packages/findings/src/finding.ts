import type { Severity } from './severity.ts';

/** What can be found; scripts match on it, so a code never changes its meaning. */
export const FINDING_CODES = [
  'embedded-token',
  'unit-outdated',
  'program-missing',
  'home-mismatch',
  'two-supervisors',
  'token-drift',
  'token-weak',
  'stale-pid-file',
  'pid-reused',
  'port-in-use',
  'config-invalid',
  'config-permissions',
  'exposed-without-allowlist',
  'proxy-untrusted',
  'certificate',
  'gateway-not-ready',
  'clock-skew',
  'disk-full',
  'node-too-old',
] as const;

/** What can be found. */
export type FindingCode = (typeof FINDING_CODES)[number];

/** Something about this machine that the operator should know, and what to do about it. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** One sentence. */
  readonly message: string;
  /** What it was seen by: files, names, numbers, fingerprints; see `boundEvidence`. Never the value of a secret. */
  readonly evidence: readonly string[];
  /** One line: what to do or to run. */
  readonly fix: string;
}
