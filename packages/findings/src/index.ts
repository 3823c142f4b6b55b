export { boundEvidence } from './evidence.ts';
export type { Finding, FindingCode } from './finding.ts';
export { FINDING_CODES } from './finding.ts';
export { fingerprint } from './fingerprint.ts';
export type { Severity } from './severity.ts';
export { bySeverity, isAtLeast, SEVERITIES } from './severity.ts';
