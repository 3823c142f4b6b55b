import { loadLauncherConfig, type ServiceKind } from '@picoclaw/config';
import { type Finding, isAtLeast } from '@picoclaw/findings';
import type { CliContext } from '../context.ts';
import { auditUnits } from './audit.ts';
import { readInstalledUnits } from './installed-units.ts';

/** What is installed, and what is wrong with it. */
interface Audit {
  readonly units: readonly { readonly kind: ServiceKind; readonly manager: string; readonly file: string }[];
  readonly findings: readonly Finding[];
  /** Nothing of it needs anybody to do something. */
  readonly isClean: boolean;
}

/** Judges the installed units, of one kind or of both. */
export async function auditInstalled({ environment, paths }: CliContext, kind?: ServiceKind): Promise<Audit> {
  const { units, unreadable } = await readInstalledUnits(environment);
  const judged = units.filter((unit) => kind === undefined || unit.kind === kind);
  const findings = auditUnits({ units: judged, unreadable }, { paths, isGatewayExternal: isGatewayExternal() });
  return {
    units: judged.map(({ kind: ofUnit, manager, file }) => ({ kind: ofUnit, manager, file })),
    findings,
    isClean: !findings.some((finding) => isAtLeast(finding, 'warn')),
  };

  function isGatewayExternal(): boolean {
    try {
      return loadLauncherConfig(paths, environment).gateway_mode === 'external';
    } catch {
      // A configuration that cannot be read is no finding of units.
      return false;
    }
  }
}
