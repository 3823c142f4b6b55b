import { bySeverity, type Finding } from '@picoclaw/findings';
import { checkServices } from './checks/services.ts';
import { checkTokenDrift } from './checks/token-drift.ts';
import type { Facts } from './facts.ts';

/** Why somebody is refused though everything runs, or soon will be: the same for `status`, `connect` and `doctor`. */
export async function tokenFindings(facts: Facts): Promise<Finding[]> {
  const embedded = checkServices(facts).filter(({ code }) => code === 'embedded-token');
  return bySeverity([...(await checkTokenDrift(facts)), ...embedded]);
}
