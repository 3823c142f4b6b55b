import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { type Paths, resolvePaths } from '@picoclaw/config';
import { boundEvidence, bySeverity, type Finding, fingerprint } from '@picoclaw/findings';
import type { InstalledUnit, InstalledUnits } from './installed-unit.ts';
import { environmentOfUnit } from './installed-units.ts';
import { TEMPLATE_VERSION } from './plan.ts';

/** What units are judged by. */
export interface AuditFacts {
  /** The home that is being looked after. */
  readonly paths: Pick<Paths, 'home' | 'configFile'>;
  /** Somebody else runs the gateway (`gateway_mode`): then a launcher beside a gateway service is as it should be. */
  readonly isGatewayExternal: boolean;
  readonly exists?: (path: string) => boolean;
}

/** What is wrong with the installed units, the worst first. Pure: asks no manager and no process. */
export function auditUnits({ units, unreadable }: InstalledUnits, facts: AuditFacts): Finding[] {
  return bySeverity([
    ...units.flatMap((unit) => [
      ...embeddedToken(unit, facts),
      ...programMissing(unit, facts),
      ...unitOutdated(unit),
      ...homeMismatch(unit, facts),
    ]),
    ...twoSupervisors(units, facts),
    ...unreadable.map(
      ({ file, reason }): Finding => ({
        ...{ code: 'unit-outdated', severity: 'warn' },
        message: `${file} cannot be read as a unit.`,
        evidence: boundEvidence([file, reason]),
        fix: 'Remove it, or have it written anew: picoclaw-launcher service install.',
      }),
    ),
  ]);
}

function embeddedToken({ embedded, file, kind }: InstalledUnit, { paths }: AuditFacts): Finding[] {
  if (embedded.length === 0) return [];
  const purposes = [...new Set(embedded.flatMap(({ purpose }) => purpose ?? []))];
  const rotate = purposes.map((purpose) => `picoclaw-launcher token rotate --${purpose}`);
  const then = rotate.length > 0 ? `then ${rotate.join(' and ')}` : 'then change what it held';
  return [
    {
      ...{ code: 'embedded-token', severity: 'error' },
      message: `The unit of the ${kind} holds ${embedded.length === 1 ? 'a secret' : 'secrets'}: whoever reads it has it, and it goes stale with the next rotation.`,
      evidence: boundEvidence([
        file,
        ...embedded.map((one) => `${one.file}: ${one.where} (fingerprint ${fingerprint(one.value, paths.home)})`),
      ]),
      fix: `picoclaw-launcher doctor --repair takes what counts into the configuration, and writes the unit without; ${then}.`,
    },
  ];
}

function programMissing({ program, args, file, kind }: InstalledUnit, { exists = existsSync }: AuditFacts): Finding[] {
  const [first = ''] = args;
  const script = /\.[cm]?js$/.test(first) && isAbsolute(first) ? [first] : [];
  // A bare name is looked up by the manager, on a path of its own.
  const missing = [program, ...script].filter((path) => path === '' || (isAbsolute(path) && !exists(path)));
  if (missing.length === 0) return [];
  return [
    {
      ...{ code: 'program-missing', severity: 'error' },
      message: `The service of the ${kind} cannot start: its program is gone.`,
      evidence: boundEvidence([file, ...missing.map((path) => (path === '' ? 'it names no program' : path))]),
      fix: `picoclaw-launcher service install --kind ${kind}`,
    },
  ];
}

function unitOutdated({ templateVersion, file, kind }: InstalledUnit): Finding[] {
  if (templateVersion !== undefined && templateVersion >= TEMPLATE_VERSION) return [];
  const by = templateVersion === undefined ? 'another program' : `an older version (template ${templateVersion})`;
  return [
    {
      ...{ code: 'unit-outdated', severity: 'warn' },
      message: `The unit of the ${kind} was written by ${by}.`,
      evidence: boundEvidence([file, `current template: ${TEMPLATE_VERSION}`]),
      fix: `picoclaw-launcher service install --kind ${kind}`,
    },
  ];
}

function homeMismatch(unit: InstalledUnit, { paths }: AuditFacts): Finding[] {
  const used = pathsOf(unit);
  if (used === undefined || (used.home === paths.home && used.configFile === paths.configFile)) return [];
  const { file, kind } = unit;
  return [
    {
      ...{ code: 'home-mismatch', severity: 'warn' },
      message: `The service of the ${kind} uses other files than this command.`,
      evidence: boundEvidence([
        file,
        `service: ${used.home}, ${used.configFile}`,
        `this command: ${paths.home}, ${paths.configFile}`,
      ]),
      fix: `Set PICOCLAW_HOME=${used.home} for this command, or: picoclaw-launcher service install --kind ${kind}`,
    },
  ];
}

function twoSupervisors(units: readonly InstalledUnit[], { isGatewayExternal }: AuditFacts): Finding[] {
  const homes = new Map<string, InstalledUnit[]>();
  for (const unit of units.filter(({ isEnabled }) => isEnabled)) {
    const home = pathsOf(unit)?.home ?? unit.file;
    homes.set(home, [...(homes.get(home) ?? []), unit]);
  }
  return [...homes].flatMap(([home, together]) => {
    const sameKind = (['launcher', 'gateway'] as const).flatMap((kind) => {
      const ofKind = together.filter((unit) => unit.kind === kind);
      return ofKind.length > 1
        ? [rivals(home, ofKind, `${ofKind.length} services want to run the ${kind} of one home`)]
        : [];
    });
    const kinds = new Set(together.map(({ kind }) => kind));
    if (sameKind.length > 0 || kinds.size < 2 || isGatewayExternal) return sameKind;
    return [rivals(home, together, 'A service and the launcher both start the gateway of one home')];
  });
}

function rivals(home: string, units: readonly InstalledUnit[], what: string): Finding {
  const isOneKind = new Set(units.map(({ kind }) => kind)).size === 1;
  return {
    ...{ code: 'two-supervisors', severity: isOneKind ? 'error' : 'warn' },
    message: `${what}; whichever comes second ends.`,
    evidence: boundEvidence([home, ...units.map(({ file }) => file)]),
    fix: isOneKind
      ? 'Keep one of them and remove the other.'
      : 'picoclaw-launcher service uninstall --kind gateway, or set gateway_mode to "external" in launcher-config.json.',
  };
}

/** The files that a service uses; `undefined` when its unit does not tell. */
function pathsOf(unit: InstalledUnit): Paths | undefined {
  const isTold = ['PICOCLAW_HOME', 'PICOCLAW_CONFIG', 'HOME'].some((name) => unit.environment.has(name));
  if (!isTold && unit.scope === 'system') return undefined;
  try {
    return resolvePaths({}, environmentOfUnit(unit));
  } catch {
    return undefined;
  }
}
