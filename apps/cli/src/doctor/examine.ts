import {
  ConfigError,
  type ConfigProblem,
  findLauncherToken,
  resolveChannelToken,
  resolvePaths,
} from '@picoclaw/config';
import { bySeverity, type Finding } from '@picoclaw/findings';
import type { CliContext } from '../context.ts';
import { checkCertificate } from './checks/certificate.ts';
import { checkClock } from './checks/clock-skew.ts';
import { checkConfig } from './checks/config-invalid.ts';
import { checkPermissions } from './checks/config-permissions.ts';
import { checkDisk } from './checks/disk-full.ts';
import { checkExposure } from './checks/exposed-without-allowlist.ts';
import { checkReadiness } from './checks/gateway-not-ready.ts';
import { checkNode } from './checks/node-too-old.ts';
import { checkPidFile } from './checks/pid-file.ts';
import { checkPorts } from './checks/port-in-use.ts';
import { checkProxy } from './checks/proxy-untrusted.ts';
import { checkServices } from './checks/services.ts';
import { checkTokenDrift } from './checks/token-drift.ts';
import { checkTokens, type PlacedToken } from './checks/token-weak.ts';
import { type Asker, type Facts, gatherFacts } from './facts.ts';
import { lenient } from './judged-process.ts';

/** What was found, the worst first, and what it was found by. */
export interface Examination {
  readonly facts: Facts;
  readonly findings: readonly Finding[];
}

/** Looks at everything; changes nothing. */
export async function examine(context: Pick<CliContext, 'environment'>): Promise<Examination> {
  const { asker, problems } = askerOf(context);
  const facts = await gatherFacts(asker);
  const all = { ...facts, problems: [...problems, ...facts.problems] };
  return { facts: all, findings: bySeverity((await Promise.all(checks(all))).flat()) };
}

function checks(facts: Facts): (readonly Finding[] | Promise<readonly Finding[]>)[] {
  const { paths, environment, installed, launcher, gateway } = facts;
  return [
    checkConfig(facts),
    checkServices(facts),
    checkTokenDrift(facts),
    checkPidFile(gateway.pidFile, paths.pidFile),
    checkPorts(facts),
    checkReadiness(gateway),
    checkPermissions(paths, environment),
    checkTokens(tokensOf(facts)),
    checkExposure(launcher),
    checkProxy(launcher.config, paths),
    checkCertificate(launcher.config),
    checkClock(paths, gateway.pidFile),
    checkDisk(paths.home),
    checkNode(installed.units),
  ];
}

/** Who asks; variables that are wrong are a finding, not the end of the examination. */
function askerOf(context: Pick<CliContext, 'environment'>): { asker: Asker; problems: readonly ConfigProblem[] } {
  const ask = (environment: Asker['environment']): Asker => ({ environment, paths: resolvePaths({}, environment) });
  try {
    return { asker: ask(context.environment), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { asker: ask(lenient()), problems: error.problems };
  }
}

function tokensOf({ paths, launcher, gateway }: Facts): PlacedToken[] {
  return [
    place('launcher token', () => findLauncherToken(paths, launcher.environment)),
    place('channel token', () => resolveChannelToken(paths, gateway.environment)),
  ].flat();
}

function place(
  name: PlacedToken['name'],
  resolve: () => { readonly value?: PlacedToken['value']; readonly from?: string } | undefined,
): PlacedToken[] {
  try {
    const { value, from = '' } = resolve() ?? {};
    return value === undefined ? [] : [{ name, value, from }];
  } catch (error) {
    // Another finding tells what is wrong with the files.
    if (error instanceof ConfigError) return [];
    throw error;
  }
}
