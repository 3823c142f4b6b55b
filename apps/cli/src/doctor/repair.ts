import { ConfigError } from '@picoclaw/config';
import type { FindingCode } from '@picoclaw/findings';
import { PidFileError } from '@picoclaw/pid';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import type { Dialog } from './dialog.ts';
import { type Asker, gatherFacts } from './facts.ts';
import type { ReadyPlan, Repair, RepairOutcome, RepairPlan } from './repair-plan.ts';
import { certificateRepair } from './repairs/certificate.ts';
import { permissionsRepair } from './repairs/config-permissions.ts';
import { embeddedTokenRepair } from './repairs/embedded-token.ts';
import { outdatedUnitRepair } from './repairs/outdated-unit.ts';
import { pidFileRepair } from './repairs/pid-file.ts';

/** What became of one thing that was to be repaired. */
export interface RepairReport {
  readonly codes: readonly FindingCode[];
  readonly target: string;
  readonly state: RepairOutcome['state'] | 'by-hand' | 'declined';
  readonly detail: string;
}

interface RepairOptions {
  readonly asker: Asker;
  readonly codes: readonly FindingCode[];
  readonly dialog: Dialog;
  readonly note: CliContext['note'];
  readonly repairs?: readonly Repair[];
}

/** In this order: what a service needs is in place before it is started again. */
const REPAIRS: readonly Repair[] = [
  permissionsRepair,
  certificateRepair,
  pidFileRepair,
  embeddedTokenRepair,
  outdatedUnitRepair,
];

/** The codes of which something can be repaired. */
export const repairableCodes: readonly FindingCode[] = REPAIRS.flatMap(({ codes }) => codes);

/**
 * Repairs what was found. Every target is planned on what is there at that moment, since the repair before it, or somebody
 * else, may have changed it; with a configuration that is invalid nothing at all is changed.
 */
export async function repairFindings(options: RepairOptions): Promise<RepairReport[]> {
  const { asker, codes, repairs = REPAIRS } = options;
  const wanted = repairs.filter((repair) => repair.codes.some((code) => codes.includes(code)));
  const reports: RepairReport[] = [];
  for (const repair of wanted) {
    for (const target of await repair.targets(await gatherFacts(asker))) {
      const report = await repairOne(repair, target, options);
      if (report !== undefined) reports.push(report);
    }
  }
  return reports;
}

async function repairOne(repair: Repair, target: string, options: RepairOptions): Promise<RepairReport | undefined> {
  const about = { codes: repair.codes, target };
  const plan = await planOn(repair, target, options.asker);
  if (plan.state === 'nothing') return undefined;
  if (plan.state === 'by-hand') return { ...about, state: 'by-hand', detail: plan.reason };
  const chosen = await agree(plan, options);
  if (chosen === undefined) return { ...about, state: 'declined', detail: 'left as it is' };
  return { ...about, ...(await carryOut(chosen, options.asker)) };
}

async function planOn(repair: Repair, target: string, asker: Asker): Promise<RepairPlan> {
  const facts = await gatherFacts(asker);
  const [problem] = facts.problems;
  if (problem !== undefined) return { state: 'by-hand', reason: `${problem.file} is invalid: nothing was changed` };
  return repair.plan(facts, target);
}

async function agree(
  plan: Exclude<RepairPlan, { state: 'nothing' | 'by-hand' }>,
  { dialog, note }: RepairOptions,
): Promise<ReadyPlan | undefined> {
  const show = ({ what, diff }: ReadyPlan) => {
    note(`${what}:`);
    for (const line of diff) note(`  ${line}`);
  };
  if (plan.state === 'ready') {
    show(plan);
    return (await dialog.confirm('Do this?')) ? plan : undefined;
  }
  for (const choice of plan.choices) show(choice);
  const index = await dialog.choose(
    plan.question,
    plan.choices.map(({ what }) => what),
  );
  return index === undefined ? undefined : plan.choices[index];
}

async function carryOut(plan: ReadyPlan, asker: Asker): Promise<RepairOutcome> {
  // The answer may have taken a while, and somebody may be in the middle of writing a file now.
  const [problem] = (await gatherFacts(asker)).problems;
  if (problem !== undefined)
    return { state: 'conflict', detail: `${problem.file} is invalid by now: nothing was changed` };
  try {
    return await plan.apply();
  } catch (error) {
    if (error instanceof ConfigError)
      return { state: error.code === 'config_conflict' ? 'conflict' : 'failed', detail: error.message };
    if (error instanceof PidFileError || error instanceof CliError) return { state: 'failed', detail: error.message };
    throw error;
  }
}
