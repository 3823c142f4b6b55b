import { type Paths, PICOCLAW_VERSION, throwProblems } from '@picoclaw/config';
import { type Finding, fingerprint } from '@picoclaw/findings';
import type { CliContext } from '../context.ts';
import { gatherFacts, type LauncherFact } from '../doctor/facts.ts';
import { tokenFindings } from '../doctor/token-findings.ts';
import { ExitCode } from '../exit-code.ts';
import { type GatewayFact, lookAtGateway } from '../facts/gateway.ts';
import { type LauncherFact as LauncherSeen, lookAtLauncher } from '../facts/launcher.ts';
import { type TokenFact, tokenOf } from '../facts/tokens.ts';
import { lastErrors } from './last-errors.ts';

/** What `status --json` prints; documented in docs/cli.md, where a key is not renamed nor given another meaning. */
export interface StatusReport {
  readonly version: string;
  readonly home: string;
  readonly launcher: {
    readonly state: 'running' | 'not_running' | 'foreign_program';
    readonly url: string;
    /** Whether it takes the launcher token of this home. */
    readonly takes_token?: 'yes' | 'no' | 'unknown';
    /** Whether it runs with this home's configuration; null when it does not tell. */
    readonly is_of_this_home?: boolean | null;
    readonly holder?: { readonly pid: number; readonly command: string };
  };
  readonly gateway: {
    readonly state: 'running' | 'not_running' | 'unknown';
    readonly mode: 'managed' | 'external';
    readonly address?: string;
    readonly ready?: boolean;
    readonly takes_token?: 'yes' | 'no' | 'unknown';
    readonly pid?: number;
    readonly version?: string;
    readonly started_at?: string;
    readonly reason?: string;
  };
  readonly tokens: { readonly launcher: TokenReport; readonly channel: TokenReport };
  readonly exposure: {
    readonly hosts: readonly string[];
    readonly port: number;
    readonly allowed_cidrs: readonly string[];
  };
  /** Why somebody may be refused though everything runs; `doctor` finds more. */
  readonly findings: readonly Finding[];
  readonly last_errors: readonly { readonly log: string; readonly time?: string; readonly message: string }[];
}

/** A token without its value. */
interface TokenReport {
  readonly source: TokenFact['source'];
  readonly from: string | null;
  readonly fingerprint: string | null;
  readonly shadowed: readonly { readonly source: string; readonly from: string; readonly differs: boolean }[];
}

/** Puts together how everything is; asks all at once. Throws `ConfigError`. */
export async function createReport({ paths, environment }: CliContext): Promise<StatusReport> {
  const facts = await gatherFacts({ paths, environment });
  throwProblems(facts.problems);
  const launcherToken = tokenOf('launcher', paths, { judged: facts.launcher.environment, shell: environment });
  const channelToken = tokenOf('channel', paths, { judged: facts.gateway.environment, shell: environment });
  const [launcher, gateway, findings] = await Promise.all([
    lookAtLauncher(facts.launcher.url, launcherToken.value, facts.launcher.ask),
    lookAtGateway(paths, facts.launcher.environment, channelToken.value),
    tokenFindings(facts),
  ]);
  const { gateway_mode: mode = 'managed' } = facts.launcher.config ?? {};
  return {
    ...{ version: PICOCLAW_VERSION, home: paths.home },
    launcher: launcherReport(launcher, facts.launcher, paths),
    gateway: { mode, ...gatewayReport(gateway) },
    tokens: { launcher: tokenReport(launcherToken, paths.home), channel: tokenReport(channelToken, paths.home) },
    exposure: exposureOf(facts.launcher, launcher.state === 'running'),
    findings,
    last_errors: lastErrors(paths.logsDirectory),
  };
}

/** Where it really listens, if it runs: a flag of its command line stands in no file. */
function exposureOf({ config, port, user }: LauncherFact, isRunning: boolean): StatusReport['exposure'] {
  const { bindHosts = [], allowed_cidrs = [] } = config ?? {};
  const configured = bindHosts.map(({ host }) => host);
  return { hosts: isRunning ? (user?.addresses ?? configured) : configured, port, allowed_cidrs };
}

/** What the state of things means to a script. */
export function exitCodeOf({ launcher, gateway, findings }: StatusReport): ExitCode {
  const hasDrift = findings.some(({ code }) => code === 'token-drift');
  const isRefused = [launcher, gateway].some(({ takes_token }) => takes_token === 'no');
  if (isRefused || hasDrift) return ExitCode.unauthorized;
  if (launcher.state === 'foreign_program') return ExitCode.operator;
  if (findings.length > 0) return ExitCode.failed;
  return launcher.state === 'running' && gateway.state === 'running' ? ExitCode.ok : ExitCode.notRunning;
}

function launcherReport(seen: LauncherSeen, fact: LauncherFact, paths: Paths): StatusReport['launcher'] {
  const { url } = seen;
  if (seen.state === 'absent') return { state: 'not_running', url };
  if (seen.state === 'foreign') {
    const { pid, command } = fact.user ?? {};
    const holder = pid === undefined || command === undefined ? {} : { holder: { pid, command } };
    return { state: 'foreign_program', url, ...holder };
  }
  const told = seen.configFile === undefined ? null : seen.configFile === paths.launcherConfigFile;
  const isOfThisHome = fact.answer === 'other-home' ? false : told;
  return { state: 'running', url, takes_token: seen.takesToken, is_of_this_home: isOfThisHome };
}

function gatewayReport(fact: GatewayFact): Omit<StatusReport['gateway'], 'mode'> {
  if (fact.state === 'absent')
    return { state: 'not_running', ...(fact.reason !== undefined && { reason: fact.reason }) };
  if (fact.state === 'unknown') return fact;
  const { pid, version, startedAt } = fact.process ?? {};
  return {
    ...{ state: 'running', address: fact.origin, ready: fact.isReady, takes_token: fact.takesToken },
    ...(pid !== undefined && { pid }),
    ...(version !== undefined && { version }),
    ...(startedAt !== undefined && { started_at: startedAt }),
  };
}

function tokenReport({ value, source, from, shadowed }: TokenFact, home: string): TokenReport {
  return { source, from: from ?? null, fingerprint: value === undefined ? null : fingerprint(value, home), shadowed };
}
