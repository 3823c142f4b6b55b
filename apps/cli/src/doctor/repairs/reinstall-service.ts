import { readFileSync } from 'node:fs';
import {
  type Environment,
  environmentVariables,
  type FileDigests,
  type GivenCredential,
  readEnvironment,
} from '@picoclaw/config';
import { createManager } from '../../service/create-manager.ts';
import { planCurrent } from '../../service/current-plan.ts';
import { type Installed, installService } from '../../service/install.ts';
import type { InstalledUnit } from '../../service/installed-unit.ts';
import type { ServiceManager } from '../../service/manager.ts';
import { lostSettings } from '../../service/replaced-unit.ts';
import type { Facts } from '../facts.ts';
import { proveService } from '../prove-service.ts';
import type { RepairOutcome } from '../repair-plan.ts';
import { unitDiff } from './unit-diff.ts';

/** A unit with all that it takes to write it anew. */
export interface Reinstallation {
  readonly unit: InstalledUnit;
  readonly manager: ServiceManager;
  readonly asker: Pick<Facts, 'paths' | 'environment'>;
  /** The texts of the unit and its drop-ins when this was planned. */
  readonly texts: ReadonlyMap<string, string | undefined>;
  /** What changes in the unit, and what the service does not get any more. */
  readonly diff: readonly string[];
  /** Settings that only the old unit had. */
  readonly lost: readonly string[];
}

/** What goes into the files before the unit is written. */
interface Persisting {
  readonly given: readonly GivenCredential[];
  readonly expected: FileDigests;
}

/** Plans to write a unit anew from the files, or says why only a person can. Throws `CliError`. */
export function planReinstallation(facts: Facts, unit: InstalledUnit): Reinstallation | { readonly reason: string } {
  // Nothing that is set in this shell belongs into a service.
  const asker = { paths: facts.paths, environment: withoutSecrets(facts.environment) };
  const manager = createManager(asker.environment);
  if (unit.scope === 'system') return { reason: `${unit.file} is of the whole machine; only root can change it` };
  if (unit.file !== manager.unitFile(unit.kind)) {
    const reason = `${unit.file} is none of ours: remove it and run picoclaw-launcher service install --kind ${unit.kind}`;
    return { reason };
  }
  const { plan } = planCurrent(unit.kind, asker);
  const files = [unit.file, ...unit.furtherFiles];
  const texts = new Map(files.map((file) => [file, textOf(file)]));
  const diff = unitDiff(texts.get(unit.file) ?? '', manager.render(plan), {
    embedded: unit.embedded,
    home: facts.paths.home,
  });
  const lost = lostSettings(unit, plan);
  return {
    ...{ unit, manager, asker, texts, lost },
    diff: [
      `  ${unit.file}`,
      ...diff,
      ...lost.map((name) => `! the service does not get ${name} any more: set it in the files`),
    ],
  };
}

/** Writes tokens and unit, starts the service as it was, and has it prove that it takes the token of the files. */
export async function reinstall(
  { unit, manager, asker, texts, lost }: Reinstallation,
  { given, expected }: Persisting,
): Promise<RepairOutcome> {
  const changed = [...texts].find(([file, text]) => textOf(file) !== text)?.[0];
  if (changed !== undefined) {
    return {
      state: 'conflict',
      detail: `${changed} was changed by somebody else in the meantime; nothing was written`,
    };
  }
  const before = await manager.state(unit.kind);
  const start = before.state !== 'stopped' || unit.isEnabled;
  const installed = await installService(asker, { kind: unit.kind, manager, start, given, expected });
  const outcome = await outcomeOf(installed, asker);
  const missing = lost.length === 0 ? '' : `; it does not get ${lost.join(', ')} any more: set that in the files`;
  return { ...outcome, detail: `${outcome.detail}${missing}` };
}

async function outcomeOf(installed: Installed, asker: Reinstallation['asker']): Promise<RepairOutcome> {
  const { kind, unit, state, notStarted, tokens } = installed;
  const stored = tokens
    .filter(({ outcome }) => outcome === 'stored' || outcome === 'replaced')
    .map(({ place }) => place);
  const done = [`wrote ${unit}`, ...stored.map((place) => `stored ${place}`)].join(', ');
  if (notStarted !== undefined) {
    const detail = `${done}; it could not be started: ${notStarted.reason}`;
    const running = await proveService(kind, asker, { withinMs: -1 });
    return running.ok || !running.isRefusal
      ? { state: 'repaired', detail: `${detail}. By hand: ${notStarted.byHand}` }
      : {
          state: 'failed',
          detail: `${detail}, and the ${kind} that runs still has another token: end it, then ${notStarted.byHand}`,
        };
  }
  if (state === undefined) return { state: 'repaired', detail: done };
  if (state.state !== 'running')
    return { state: 'failed', detail: `${done}, but the service does not run (${state.state})` };
  const proof = await proveService(kind, asker);
  return proof.ok
    ? { state: 'repaired', detail: `${done}, restarted the service: ${proof.detail}` }
    : { state: 'failed', detail: `${done}, restarted the service, but ${proof.reason}` };
}

/** An environment without its secrets; references in the files may name any other variable. */
function withoutSecrets({ names, lookup, userHome }: Environment): Environment {
  const secrets = environmentVariables.filter(({ secret }) => secret).flatMap(({ name }) => [name, `${name}_FILE`]);
  const source = Object.fromEntries(names.map((name) => [name, lookup(name)]));
  return readEnvironment({ source: { HOME: userHome, ...source }, without: secrets });
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
