import type { Finding } from '@picoclaw/findings';
import { type AuditFacts, auditUnits } from '../../service/audit.ts';
import type { Facts } from '../facts.ts';

/** What is wrong with the installed units: `embedded-token`, `unit-outdated`, `program-missing`, `home-mismatch`, `two-supervisors`. */
export function checkServices(facts: Facts): Finding[] {
  return auditUnits(facts.installed, auditFacts(facts));
}

/** What the units are judged by. */
export function auditFacts({ paths, launcher }: Pick<Facts, 'paths' | 'launcher'>): AuditFacts {
  return { paths, isGatewayExternal: launcher.config?.gateway_mode === 'external' };
}
