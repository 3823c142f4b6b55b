import { loadLauncherConfig, PICOCLAW_VERSION } from '@picoclaw/config';
import { fingerprint } from '@picoclaw/findings';
import { findPortHolder } from '@picoclaw/server';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { type GatewayFact, lookAtGateway } from '../facts/gateway.ts';
import { type LauncherFact, launcherUrl, lookAtLauncher } from '../facts/launcher.ts';
import { type TokenFact, tokensOf } from '../facts/tokens.ts';
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
  const tokens = tokensOf(paths, environment);
  const config = loadLauncherConfig(paths, environment);
  const [launcher, gateway] = await Promise.all([
    lookAtLauncher(launcherUrl(paths, environment), tokens.launcher.value),
    lookAtGateway(paths, environment, tokens.channel.value),
  ]);
  return {
    ...{ version: PICOCLAW_VERSION, home: paths.home },
    launcher: await launcherReport(launcher, { port: config.port, configFile: paths.launcherConfigFile }),
    gateway: { mode: config.gateway_mode, ...gatewayReport(gateway) },
    tokens: { launcher: tokenReport(tokens.launcher, paths.home), channel: tokenReport(tokens.channel, paths.home) },
    exposure: {
      ...{ hosts: config.bindHosts.map(({ host }) => host), port: config.port },
      allowed_cidrs: config.allowed_cidrs,
    },
    last_errors: lastErrors(paths.logsDirectory),
  };
}

/** What the state of things means to a script. */
export function exitCodeOf({ launcher, gateway }: StatusReport): ExitCode {
  if (launcher.takes_token === 'no' || gateway.takes_token === 'no') return ExitCode.unauthorized;
  if (launcher.state === 'foreign_program') return ExitCode.operator;
  return launcher.state === 'running' && gateway.state === 'running' ? ExitCode.ok : ExitCode.notRunning;
}

async function launcherReport(
  fact: LauncherFact,
  { port, configFile }: { port: number; configFile: string },
): Promise<StatusReport['launcher']> {
  const { url } = fact;
  if (fact.state === 'absent') return { state: 'not_running', url };
  if (fact.state === 'foreign') {
    const holder = await findPortHolder(port);
    return { state: 'foreign_program', url, ...(holder && { holder }) };
  }
  const isOfThisHome = fact.configFile === undefined ? null : fact.configFile === configFile;
  return { state: 'running', url, takes_token: fact.takesToken, is_of_this_home: isOfThisHome };
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
