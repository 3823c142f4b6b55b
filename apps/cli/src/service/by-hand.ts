import { commandLine, planEnvironment, type ServicePlan } from './plan.ts';

/** What a person types to have what the service would be. */
export function byHand(plan: ServicePlan): string {
  const variables = Object.entries(planEnvironment(plan)).filter(([name]) => name.startsWith('PICOCLAW_'));
  const words = commandLine(plan).map(quoteForShell);
  return [...variables.map(([name, value]) => `${name}=${quoteForShell(value)}`), ...words].join(' ');
}

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
