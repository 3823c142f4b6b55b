import { FINDING_CODES, type Finding, type FindingCode, isAtLeast } from '@picoclaw/findings';
import { closest } from 'fastest-levenshtein';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { agreeing, terminalDialog } from './dialog.ts';
import { examine } from './examine.ts';
import { repairableCodes, repairFindings } from './repair.ts';
import { type Report, reportJson, reportText } from './report.ts';

/** What the command line says. */
export interface DoctorOptions {
  readonly repair?: boolean;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly only?: string;
}

/** Whether somebody is there to answer a question. */
interface World {
  readonly canAsk?: boolean;
}

/** Examines, repairs where that is asked for, and examines again; prints the report and answers with the exit code. */
export async function runDoctor(
  context: CliContext,
  { repair = false, json = false, yes = false, only }: DoctorOptions,
  { canAsk = process.stdin.isTTY === true && process.stderr.isTTY === true }: World = {},
): Promise<ExitCode> {
  const codes = only === undefined ? FINDING_CODES : parseCodes(only);
  if (repair && !yes && !canAsk) {
    const message = 'Nobody is there to be asked before something is changed.';
    throw new CliError(ExitCode.usage, message, '--yes agrees to every repair; without --repair nothing is changed.');
  }
  const isAskedFor = ({ code }: Finding) => codes.includes(code);
  let { facts, findings } = await examine(context);
  const wanted = repairableCodes.filter((code) =>
    findings.some((finding) => finding.code === code && isAskedFor(finding)),
  );
  const isInvalid = facts.problems.length > 0;
  if (repair && isInvalid) context.note('The configuration is invalid, so nothing is repaired.');
  const mayRepair = repair && !isInvalid && wanted.length > 0;
  const dialog = yes ? agreeing : terminalDialog();
  const repairs = mayRepair ? await repairFindings({ asker: facts, codes: wanted, dialog, note: context.note }) : [];
  if (mayRepair) ({ facts, findings } = await examine(context));
  const report: Report = { home: facts.paths.home, findings: findings.filter(isAskedFor), repairs };
  const exitCode = exitCodeOf(report);
  if (json) context.print(reportJson(report, exitCode));
  else for (const line of reportText(report, { colours: context.hasColours })) context.print(line);
  return exitCode;
}

function exitCodeOf({ findings, repairs }: Report): ExitCode {
  if (findings.some(({ code }) => code === 'config-invalid')) return ExitCode.operator;
  const isUnrepaired = repairs.some(({ state }) => state === 'failed' || state === 'conflict');
  return isUnrepaired || findings.some((finding) => isAtLeast(finding, 'warn')) ? ExitCode.failed : ExitCode.ok;
}

function parseCodes(text: string): readonly FindingCode[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.map((name) => {
    const code = FINDING_CODES.find((known) => known === name);
    if (code !== undefined) return code;
    throw new CliError(
      ExitCode.usage,
      `There is no finding "${name}". Did you mean "${closest(name, [...FINDING_CODES])}"?`,
      `There are: ${FINDING_CODES.join(', ')}.`,
    );
  });
}
