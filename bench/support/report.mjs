import { cpus, loadavg, totalmem } from 'node:os';
import { isMet, shown } from './row.mjs';

/** @typedef {{ id: string; about: string; seconds: number; result?: import('./row.mjs').Result; failure?: string }} Outcome */

/** A share of a core from which on the generator may be what is measured. */
const GENERATOR_LIMIT = 0.9;

/** What ran, for whoever reads the numbers elsewhere. */
export const machine = () => ({
  processors: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
});

/**
 * Says so when others used the machine before the run began: every number is then worse than it would be, and quotients
 * of single rounds mean little.
 */
export function busyness() {
  const [lastMinute = 0] = loadavg();
  const isBusy = lastMinute > cpus().length / 2;
  return isBusy ? `the machine was busy before this began: ${shown(lastMinute)} processes wanted to run` : undefined;
}

/** @param {Outcome} outcome what is wrong with it: counts that are not right */
export const wrongCounts = ({ result }) =>
  (result?.counts ?? []).filter(({ expected, counted }) => expected !== counted);

/** @param {Outcome} outcome */
const isGeneratorLimit = ({ result }) => (result?.generatorShare ?? 0) > GENERATOR_LIMIT;

/** An outcome for programs. @param {Outcome} outcome */
export const plain = ({ result, ...outcome }) => ({
  ...outcome,
  ...result,
  ...(result && { findings: result.findings.map((finding) => ({ ...finding, isMet: isMet(finding) })) }),
});

/** Everything of one row, as it is done. @param {Outcome} outcome */
export function describe(outcome) {
  const { id, about, result, failure, seconds } = outcome;
  const lines = [`${id} — ${about} (${shown(seconds)} s)`];
  if (failure !== undefined) lines.push(`  FAILED: ${failure}`);
  for (const [name, value] of Object.entries(result?.details ?? {})) lines.push(`  ${name}: ${value}`);
  for (const { what, expected, counted } of result?.counts ?? []) {
    lines.push(`  ${what}: ${counted} of ${expected}${counted === expected ? '' : ': WRONG'}`);
  }
  if (result?.generatorShare !== undefined) {
    const share = Math.round(result.generatorShare * 100);
    const isLimit = isGeneratorLimit(outcome);
    lines.push(
      `  load generator: ${share} % of a core${isLimit ? ': IT MAY BE THE LIMIT, the quotient is nearer to 1 than it should be' : ''}`,
    );
  }
  for (const note of result?.notes ?? []) lines.push(`  note: ${note}`);
  return lines.join('\n');
}

/** The goals, one line each. @param {readonly Outcome[]} outcomes */
export function table(outcomes) {
  const rows = outcomes.flatMap((outcome) => {
    if (outcome.result === undefined) return [[outcome.id, outcome.failure ?? '', '', 'failed', '']];
    const marks = isGeneratorLimit(outcome) ? 'the generator may be the limit' : '';
    return outcome.result.findings.map((finding) => [
      outcome.id,
      finding.what,
      `${finding.isMost ? '≤' : '≥'} ${finding.goal}${finding.unit ? ` ${finding.unit}` : ''}`,
      `${shown(finding.measured)}${finding.unit ? ` ${finding.unit}` : ''}`,
      metOf(finding) + (marks && ` (${marks})`),
    ]);
  });
  const all = [['row', 'what', 'goal', 'measured', 'met'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** @param {import('./row.mjs').Finding} finding */
function metOf(finding) {
  if (!Number.isFinite(finding.measured)) return 'not measured';
  return isMet(finding) ? 'yes' : 'no';
}
