import {
  ConfigError,
  type Environment,
  type Paths,
  readEnvironment,
  resolvePaths,
  type ServiceKind,
} from '@picoclaw/config';
import { parentOf, type ReadProcessEnvironment, readProcessEnvironment } from '../facts/process-environment.ts';
import type { InstalledUnit } from '../service/installed-unit.ts';

/** A launcher or gateway with the environment by which it finds its settings, whatever shell asks. */
export interface JudgedProcess {
  readonly environment: Environment;
  /** The service that it is, or would be started as. */
  readonly unit: InstalledUnit | undefined;
  /** Whether the environment is its own; else it is that of the shell, for want of a better one. */
  readonly isKnown: boolean;
}

interface World {
  readonly paths: Paths;
  readonly units: readonly InstalledUnit[];
  /** Of who asks. */
  readonly shell: Environment;
  readonly environmentOf?: ReadProcessEnvironment;
  readonly parent?: typeof parentOf;
}

/** The variable by which Node tells a child of a channel to its parent. */
const CHILD_OF_A_PARENT = 'NODE_CHANNEL_FD';

/** Finds the environment of what runs as `pid`, or of what would run: the unit's, else its own, else the shell's. */
export function judgeProcess(kind: ServiceKind, pid: number | undefined, world: World): JudgedProcess {
  const { units, shell, paths, environmentOf = readProcessEnvironment } = world;
  const own = pid === undefined ? undefined : environmentOf(pid);
  const isIt = (unit: InstalledUnit) =>
    unit.kind === kind && isOfHome(unit, paths, shell) && (own === undefined || isStartedWith(own, unit));
  const unit = units.find(isIt);
  if (unit !== undefined) return { environment: unitEnvironment(unit, shell), unit, isKnown: true };
  if (own !== undefined) return { environment: lenient(own), unit: undefined, isKnown: true };
  return { environment: shell, unit: undefined, isKnown: pid === undefined };
}

/** The same for a gateway: one that a launcher started has its secrets from there, by no environment of its own. */
export function judgeGateway(
  pid: number | undefined,
  launcher: JudgedProcess & { readonly pid: number | undefined },
  world: World,
): JudgedProcess {
  const { environmentOf = readProcessEnvironment, parent = parentOf } = world;
  const own = pid === undefined ? undefined : environmentOf(pid);
  if (pid === undefined || own?.[CHILD_OF_A_PARENT] === undefined) return judgeProcess('gateway', pid, world);
  if (launcher.pid !== undefined && parent(pid) === launcher.pid) return launcher;
  // Its launcher is gone, and with it the knowledge of what it was given.
  return { environment: lenient(own), unit: undefined, isKnown: false };
}

/** What a service finds in its environment; as one, even where the unit of another maker forgot to say so. */
export function unitEnvironment(unit: InstalledUnit, shell: Pick<Environment, 'userHome'>): Environment {
  const written = [...unit.environment].map(([name, value]) => [name, value.reveal()] as const);
  return lenient({ HOME: shell.userHome, ...Object.fromEntries(written), PICOCLAW_SERVICE_KIND: unit.kind });
}

/** Whether a unit runs on this home. */
export function isOfHome(unit: InstalledUnit, paths: Paths, shell: Pick<Environment, 'userHome'>): boolean {
  return resolvePaths({}, unitEnvironment(unit, shell)).home === paths.home;
}

function isStartedWith(own: Readonly<Record<string, string>>, { environment }: InstalledUnit): boolean {
  return [...environment].every(([name, value]) => own[name] !== undefined && value.equals(own[name]));
}

/** An environment of which wrong variables are left out: they are for its owner to hear of, not for who looks at it. */
export function lenient(source?: Readonly<Record<string, string>>): Environment {
  const options = source === undefined ? {} : { source };
  try {
    return readEnvironment(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return readEnvironment({ ...options, without: error.problems.map(({ path }) => path) });
  }
}
