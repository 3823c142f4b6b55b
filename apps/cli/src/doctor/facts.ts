import {
  ConfigError,
  type ConfigProblem,
  DEFAULT_GATEWAY_PORT,
  DEFAULT_LAUNCHER_PORT,
  type Environment,
  type GatewayConfig,
  type LauncherConfig,
  loadGatewayConfig,
  loadLauncherConfig,
  type Paths,
  resolvePaths,
} from '@picoclaw/config';
import { type HealthAnswer, looksLikeGateway, type PidFileState, probeHealth } from '@picoclaw/pid';
import { z } from 'zod';
import { type AskLauncher, createAskLauncher } from '../facts/ask-launcher.ts';
import { launcherAddress } from '../facts/launcher-address.ts';
import { readHomePidFile } from '../facts/pid-file.ts';
import { findPortUser, type PortUser } from '../facts/port-user.ts';
import { readProcessEnvironment } from '../facts/process-environment.ts';
import type { InstalledUnits } from '../service/installed-unit.ts';
import { readInstalledUnits } from '../service/installed-units.ts';
import {
  isOfHome,
  type JudgedProcess,
  judgeGateway,
  judgeProcess,
  lenient,
  unitEnvironment,
} from './judged-process.ts';
import { PATIENT_MS } from './patience.ts';

/** What the checks look at, gathered once and at the same time. */
export interface Facts {
  readonly paths: Paths;
  /** Of who asks; what runs is judged by an environment of its own. */
  readonly environment: Environment;
  readonly installed: InstalledUnits;
  readonly problems: readonly ConfigProblem[];
  readonly launcher: LauncherFact;
  readonly gateway: GatewayFact;
}

/** The launcher as it runs, or would. */
export interface LauncherFact extends JudgedProcess {
  readonly pid: number | undefined;
  /** Missing where it is invalid. */
  readonly config: LauncherConfig | undefined;
  readonly port: number;
  readonly url: string;
  readonly ask: AskLauncher;
  readonly user: PortUser | undefined;
  /** What is at its port: our launcher, one of another home, something else, something mute, or nothing. */
  readonly answer: 'own' | 'other-home' | 'foreign' | 'mute' | 'absent';
}

/** The gateway as it runs, or would. */
export interface GatewayFact extends JudgedProcess {
  readonly config: GatewayConfig | undefined;
  readonly pidFile: PidFileState;
  /** The configured port, and who has it. */
  readonly port: number;
  readonly user: PortUser | undefined;
  /** What answers there. */
  readonly health: HealthAnswer;
  /** Whether that is a gateway of this home, such as one that has its port and not yet its pid file. */
  readonly isOwnUser: boolean;
}

/** Who asks. */
export interface Asker {
  readonly paths: Paths;
  readonly environment: Environment;
}

const TIMEOUT_MS = 400;

/** Looks at everything once; nothing is changed, and whatever does not answer is given up: a stranger after 400 ms. */
export async function gatherFacts({ paths, environment }: Asker): Promise<Facts> {
  const installed = await readInstalledUnits(environment);
  const world = { paths, units: installed.units, shell: environment };
  const [launcher, pidFile] = await Promise.all([
    judgeLauncher(world),
    readHomePidFile({ paths, environment }, { probeTimeoutMs: TIMEOUT_MS }),
  ]);
  const pid = pidFile.state === 'alive' ? pidFile.record.pid : undefined;
  const [answer, gateway] = await Promise.all([
    answerOf(launcher.seen, paths),
    lookAtGateway(judgeGateway(pid, launcher.seen, world), pidFile, paths),
  ]);
  return {
    ...{ paths, environment, installed, launcher: { ...launcher.seen, answer }, gateway: gateway.fact },
    problems: unique([...launcher.problems, ...gateway.problems]),
  };
}

type World = Parameters<typeof judgeProcess>[2];

/** Which process is the launcher, without asking it anything. */
async function judgeLauncher(world: World) {
  const { paths, units, shell } = world;
  const ofUnits = units.filter((unit) => unit.kind === 'launcher' && isOfHome(unit, paths, shell));
  const environments = [...ofUnits.map((unit) => unitEnvironment(unit, shell)), shell];
  const ports = environments.map((environment) => attempt(() => loadLauncherConfig(paths, environment)).value?.port);
  const candidates = [...new Set(ports.map((port) => port ?? DEFAULT_LAUNCHER_PORT))];
  const users = await Promise.all(candidates.map(findPortUser));
  const at = Math.max(
    0,
    users.findIndex((user) => user !== undefined),
  );
  const user = users[at];
  const process = judgeProcess('launcher', mayBeLauncher(user) ? user?.pid : undefined, world);
  const { value: config, problems } = attempt(() => loadLauncherConfig(paths, process.environment));
  const port = candidates[at] ?? DEFAULT_LAUNCHER_PORT;
  const url = launcherAddress(config ?? {}, port);
  const ask = createAskLauncher(url, { timeoutMs: patienceFor(user) });
  return { seen: { ...process, pid: user?.pid, config, port, url, ask, user }, problems };
}

/** What a stranger at our port was started with says nothing of the launcher. */
const mayBeLauncher = (user: PortUser | undefined) => /picoclaw|launcher/i.test(user?.command ?? 'picoclaw');

const AuthStatus = z.object({ authenticated: z.boolean(), initialized: z.boolean() });

async function answerOf(
  { ask, environment }: Pick<LauncherFact, 'ask' | 'environment'>,
  paths: Paths,
): Promise<LauncherFact['answer']> {
  const answer = await ask();
  if (!answer.answered) return answer.code === 'ECONNREFUSED' ? 'absent' : 'mute';
  if (!AuthStatus.safeParse(answer.body).success) return 'foreign';
  return resolvePaths({}, environment).home === paths.home ? 'own' : 'other-home';
}

async function lookAtGateway(process: JudgedProcess, pidFile: PidFileState, paths: Paths) {
  const { value: config, problems } = attempt(() => loadGatewayConfig(paths, process.environment));
  const { host, port } = config?.gateway ?? { host: '', port: DEFAULT_GATEWAY_PORT };
  const user = await findPortUser(port);
  const health = await probeHealth({ host, port }, { timeoutMs: patienceFor(user) });
  const fact: GatewayFact = { ...process, config, pidFile, port, user, health, isOwnUser: isOwnGateway(user, paths) };
  return { fact, problems };
}

const patienceFor = (user: PortUser | undefined): number =>
  user?.command?.includes('picoclaw') ? PATIENT_MS : TIMEOUT_MS;

function isOwnGateway(user: PortUser | undefined, paths: Paths): boolean {
  if (user?.pid === undefined || !looksLikeGateway(user.command?.split(' ') ?? [])) return false;
  const own = readProcessEnvironment(user.pid);
  return own !== undefined && resolvePaths({}, lenient(own)).home === paths.home;
}

function attempt<T>(load: () => T): { readonly value?: T; readonly problems: readonly ConfigProblem[] } {
  try {
    return { value: load(), problems: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

function unique(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
