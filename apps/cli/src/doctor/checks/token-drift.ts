import type { Secret } from '@picoclaw/auth';
import { ConfigError, findLauncherToken, resolveChannelToken } from '@picoclaw/config';
import { boundEvidence, type Finding, fingerprint } from '@picoclaw/findings';
import { describeGateway } from '@picoclaw/pid';
import type { Facts } from '../facts.ts';
import type { JudgedProcess } from '../judged-process.ts';
import { gatewayDoor, launcherDoor, type TokenDoor } from '../token-door.ts';

interface PlacedSecret {
  readonly value: Secret;
  readonly from: string;
}

/** A process that guards something with a token. */
interface Guard {
  readonly name: 'launcher' | 'gateway';
  readonly where: string;
  readonly door: TokenDoor;
  /** What it should accept: what its files and its own environment resolve to now. */
  readonly resolved: PlacedSecret | undefined;
  /** Other values that it might have been started with. */
  readonly others: readonly PlacedSecret[];
  readonly fix: string;
}

/** Each wrong guess costs one of the sign-in attempts that this machine has in a minute. */
const MAX_GUESSES = 3;

/** Proves by a real request whether launcher and gateway accept the token that resolves for them now. */
export async function checkTokenDrift(facts: Facts): Promise<Finding[]> {
  const guards = [launcherGuard(facts), gatewayGuard(facts)].filter((guard) => guard !== undefined);
  return (await Promise.all(guards.map((guard) => judge(guard, facts.paths.home)))).flat();
}

async function judge(guard: Guard, home: string): Promise<Finding[]> {
  const { name, where, door, resolved, others, fix } = guard;
  if (resolved === undefined) return [];
  const answer = await door(resolved.value);
  if (answer.state !== 'refused') return [];
  const show = ({ value, from }: PlacedSecret) => `${from} (fingerprint ${fingerprint(value, home)})`;
  const accepted = await acceptedOf(
    door,
    others.filter(({ value }) => !value.equals(resolved.value)),
  );
  return [
    {
      code: 'token-drift',
      severity: 'error',
      message: `The running ${name} refuses the token that counts for it, so nobody who reads it there gets in.`,
      evidence: boundEvidence([
        where,
        `should accept: ${show(resolved)}; ${answer.detail}`,
        accepted.found === undefined ? accepted.why : `accepts: ${show(accepted.found)}`,
      ]),
      fix,
    },
  ];
}

/** The value that a running process really accepts, of those it may have been started with. */
export async function acceptedOf(
  door: TokenDoor,
  candidates: readonly PlacedSecret[],
): Promise<{ readonly found?: PlacedSecret; readonly why: string }> {
  const distinct = candidates.filter(
    ({ value }, index) => candidates.findIndex((other) => other.value.equals(value)) === index,
  );
  for (const candidate of distinct.slice(0, MAX_GUESSES)) {
    const { state, status } = await door(candidate.value);
    if (state === 'accepted') return { found: candidate, why: '' };
    if (status === 429)
      return { why: 'which one it accepts cannot be tried for a minute: there were too many attempts' };
  }
  return { why: 'accepts none that is known here' };
}

function launcherGuard({ launcher, paths }: Facts): Guard | undefined {
  if (launcher.answer !== 'own' || !launcher.isKnown) return undefined;
  const found = attempt(() => findLauncherToken(paths, launcher.environment));
  return {
    name: 'launcher',
    where: `launcher at ${launcher.url}${launcher.pid === undefined ? '' : `, pid ${launcher.pid}`}`,
    door: launcherDoor(launcher.ask),
    resolved: found && { value: found.value, from: found.from },
    others: startedWith(launcher, 'launcher'),
    fix: fixOf(launcher, 'restart the launcher, so that it reads its files again'),
  };
}

function gatewayGuard({ gateway, paths }: Facts): Guard | undefined {
  const { pidFile } = gateway;
  if (pidFile.state !== 'alive' || !gateway.isKnown) return undefined;
  const found = attempt(() => resolveChannelToken(paths, gateway.environment));
  const { value, from = '' } = found ?? {};
  return {
    name: 'gateway',
    where: `gateway ${describeGateway(pidFile.record)}`,
    door: gatewayDoor(pidFile.record),
    resolved: value && { value, from },
    others: startedWith(gateway, 'channel'),
    fix: fixOf(gateway, 'picoclaw-launcher gateway reload'),
  };
}

/** The tokens that the environment of a process, or the unit that it was started by, would give it. */
function startedWith({ unit, environment }: JudgedProcess, purpose: 'launcher' | 'channel'): PlacedSecret[] {
  const embedded = unit?.embedded.filter((secret) => secret.purpose === purpose) ?? [];
  const keys = purpose === 'launcher' ? (['launcherToken'] as const) : (['gatewayToken', 'picoToken'] as const);
  const inherited = keys.flatMap((key) => {
    const value = environment[key];
    return value === undefined ? [] : [{ value, from: `its environment: ${environment.origins[key]}` }];
  });
  return [...embedded.map(({ value, file, where }) => ({ value, from: `${file}: ${where}` })), ...inherited];
}

const fixOf = ({ unit }: JudgedProcess, otherwise: string): string =>
  unit?.embedded.length
    ? 'picoclaw-launcher doctor --repair takes the token out of the service and restarts it'
    : otherwise;

/** What is wrong with the files is told by another finding. */
function attempt<T>(resolve: () => T): T | undefined {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
