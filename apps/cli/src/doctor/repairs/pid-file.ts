import { removeIf, removeInvalid } from '@picoclaw/pid';
import type { GatewayFact } from '../facts.ts';
import type { Repair, RepairPlan } from '../repair-plan.ts';

/** Removes a pid file of a gateway that is gone, if it still is the one that was looked at. */
export const pidFileRepair: Repair = {
  codes: ['stale-pid-file', 'pid-reused'],
  targets: ({ paths }) => [paths.pidFile],
  plan: ({ gateway }, target) => planRemoval(gateway.pidFile, target),
};

function planRemoval(pidFile: GatewayFact['pidFile'], path: string): RepairPlan {
  if (pidFile.state !== 'stale' && pidFile.state !== 'invalid') return { state: 'nothing' };
  const remove = () => (pidFile.state === 'stale' ? removeIf(path, pidFile.record) : removeInvalid(path));
  return {
    state: 'ready',
    what: `Remove ${path}`,
    diff: [`- ${path} (${pidFile.reason})`],
    async apply() {
      const result = await remove();
      if (result.removed) return { state: 'repaired', detail: `removed ${path}` };
      return result.reason === 'absent'
        ? { state: 'repaired', detail: `${path} is gone already` }
        : { state: 'conflict', detail: `${path} is another one by now, or no file of yours: it was left alone` };
    },
  };
}
