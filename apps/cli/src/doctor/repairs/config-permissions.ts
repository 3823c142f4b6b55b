import { findLooseFiles } from '../checks/config-permissions.ts';
import type { Repair, RepairPlan } from '../repair-plan.ts';
import { planTightening } from './tighten.ts';

/** Takes from others the right to read or change a file with secrets. */
export const permissionsRepair: Repair = {
  codes: ['config-permissions'],
  targets: async ({ paths, environment }) => (await findLooseFiles(paths, environment)).map(({ file }) => file),
  async plan({ paths, environment }, target): Promise<RepairPlan> {
    const loose = (await findLooseFiles(paths, environment)).find(({ file }) => file === target);
    if (loose === undefined) return { state: 'nothing' };
    if (!loose.isForeign) return planTightening(loose);
    const reason = `${target} belongs to another user (uid ${loose.uid}); only root can give it to you: chown "$(id -u)" ${JSON.stringify(target)}`;
    return { state: 'by-hand', reason };
  },
};
