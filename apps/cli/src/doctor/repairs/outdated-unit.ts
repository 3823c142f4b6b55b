import { snapshotConfig } from '@picoclaw/config';
import type { FindingCode } from '@picoclaw/findings';
import { auditUnits } from '../../service/audit.ts';
import type { InstalledUnit } from '../../service/installed-unit.ts';
import { auditFacts } from '../checks/services.ts';
import type { Facts } from '../facts.ts';
import type { Repair, RepairPlan } from '../repair-plan.ts';
import { planReinstallation, reinstall } from './reinstall-service.ts';

const CODES: readonly FindingCode[] = ['unit-outdated', 'program-missing', 'home-mismatch'];

/** Writes a service unit anew: with the program of today, for the home of this command. */
export const outdatedUnitRepair: Repair = {
  codes: CODES,
  targets: (facts) => [
    ...facts.installed.units.filter((unit) => isOutdated(unit, facts)).map(({ file }) => file),
    ...facts.installed.unreadable.map(({ file }) => file),
  ],
  plan(facts, target): RepairPlan {
    const unreadable = facts.installed.unreadable.find(({ file }) => file === target);
    if (unreadable !== undefined) return { state: 'by-hand', reason: `${target} cannot be read: ${unreadable.reason}` };
    const unit = facts.installed.units.find(({ file }) => file === target);
    if (unit === undefined || !isOutdated(unit, facts)) return { state: 'nothing' };
    // Where its secrets belong is for another repair to find out; here they would be lost.
    if (unit.embedded.length > 0)
      return { state: 'by-hand', reason: `${target} holds a secret: embedded-token has to be repaired first` };
    const planned = planReinstallation(facts, unit);
    if ('reason' in planned) return { state: 'by-hand', reason: planned.reason };
    const expected = snapshotConfig(planned.asker.paths, planned.asker.environment);
    return {
      state: 'ready',
      what: `Write ${target} anew`,
      diff: planned.diff,
      apply: () => reinstall(planned, { given: [], expected }),
    };
  },
};

function isOutdated(unit: InstalledUnit, facts: Facts): boolean {
  const findings = auditUnits({ units: [unit], unreadable: [] }, auditFacts(facts));
  return findings.some(({ code }) => CODES.includes(code));
}
