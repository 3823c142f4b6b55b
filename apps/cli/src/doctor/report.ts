import type { Finding, Severity } from '@picoclaw/findings';
import { createColors } from 'picocolors';
import type { RepairReport } from './repair.ts';

/** Everything a run of `doctor` says. */
export interface Report {
  readonly home: string;
  readonly findings: readonly Finding[];
  readonly repairs: readonly RepairReport[];
}

const INDENT = ' '.repeat(7);

/** The report as a table for people, one block of lines for each finding. */
export function reportText({ home, findings, repairs }: Report, { colours }: { readonly colours: boolean }): string[] {
  const { bold, dim, red, yellow, cyan, green } = createColors(colours);
  const paint: Record<Severity, (text: string) => string> = { error: red, warn: yellow, info: cyan };
  const width = Math.max(0, ...findings.map(({ code }) => code.length));
  const blocks = findings.flatMap(({ code, severity, message, evidence, fix }) => [
    `${paint[severity](severity.padEnd(5))}  ${bold(code.padEnd(width))}  ${message}`,
    ...evidence.map((line) => `${INDENT}${dim(line)}`),
    `${INDENT}fix: ${fix}`,
    '',
  ]);
  const repaired = repairs.map(
    ({ state, detail }) => `${(state === 'repaired' ? green : yellow)(state.padEnd(8))}  ${detail}`,
  );
  return [...repaired, ...(repaired.length > 0 ? [''] : []), ...blocks, summary(findings, home)];
}

function summary(findings: readonly Finding[], home: string): string {
  if (findings.length === 0) return `Nothing to complain about in ${home}.`;
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const parts = (['error', 'warn', 'info'] as const).map((severity) => `${count(severity)} ${severity}`);
  return `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} in ${home}: ${parts.join(', ')}.`;
}

/** The report for programs, as docs/doctor.md describes it. */
export function reportJson({ home, findings, repairs }: Report, exitCode: number): string {
  const shown = findings.map(({ code, severity, message, evidence, fix }) => ({
    code,
    severity,
    message,
    evidence,
    fix,
  }));
  const repaired = repairs.map(({ codes, target, state, detail }) => ({ codes, target, state, detail }));
  return JSON.stringify({ home, exit_code: exitCode, findings: shown, repairs: repaired }, undefined, 2);
}
