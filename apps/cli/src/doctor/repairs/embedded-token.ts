import {
  type CredentialPurpose,
  type Environment,
  findLauncherToken,
  loadGatewayConfig,
  resolveChannelToken,
  snapshotConfig,
} from '@picoclaw/config';
import { fingerprint } from '@picoclaw/findings';
import type { EmbeddedSecret, InstalledUnit } from '../../service/installed-unit.ts';
import { acceptedOf } from '../checks/token-drift.ts';
import type { Facts } from '../facts.ts';
import { isOfHome } from '../judged-process.ts';
import type { ReadyPlan, Repair, RepairPlan } from '../repair-plan.ts';
import { gatewayDoor, launcherDoor, type TokenDoor } from '../token-door.ts';
import { planReinstallation, type Reinstallation, reinstall } from './reinstall-service.ts';
import { type ComparedToken, choicesOf, combinationsOf, type FoundToken, type TokenChoice } from './token-choice.ts';

/** Takes a token out of a service unit: it goes into the files where they have none, and the unit is written anew. */
export const embeddedTokenRepair: Repair = {
  codes: ['embedded-token'],
  targets: ({ installed }) => installed.units.filter(({ embedded }) => embedded.length > 0).map(({ file }) => file),
  async plan(facts, target): Promise<RepairPlan> {
    const unit = facts.installed.units.find(({ file, embedded }) => file === target && embedded.length > 0);
    if (unit === undefined) return { state: 'nothing' };
    const reason = whyByHand(unit, facts);
    if (reason !== undefined) return { state: 'by-hand', reason };
    const planned = planReinstallation(facts, unit);
    return 'reason' in planned ? { state: 'by-hand', reason: planned.reason } : planWith(planned, facts);
  },
};

async function planWith(planned: Reinstallation, facts: Facts): Promise<RepairPlan> {
  const { paths, environment } = planned.asker;
  const expected = snapshotConfig(paths, environment);
  const purposes = [...new Set(planned.unit.embedded.flatMap((secret) => purposeOf(secret) ?? []))];
  const compared = await Promise.all(purposes.map((purpose) => compare(purpose, planned, facts)));
  const show = ({ value, from }: FoundToken) => `${from} (fingerprint ${fingerprint(value, paths.home)})`;
  const ready = (choices: readonly TokenChoice[]): ReadyPlan => {
    const given = choices.map(({ persist }) => persist).filter((persist) => persist !== undefined);
    const stored = choices.filter(({ persist }) => persist !== undefined);
    return {
      state: 'ready',
      what: [
        `Take the secrets out of ${planned.unit.file}`,
        ...choices.map(({ purpose, chosen }) => `${purpose} token: ${show(chosen)}`),
      ].join('; '),
      diff: [...stored.map(({ purpose, chosen }) => `+ ${fileFor(purpose, facts)}: ${show(chosen)}`), ...planned.diff],
      apply: () => reinstall(planned, { given, expected }),
    };
  };
  const plans = combinationsOf(compared.map(choicesOf)).map(ready);
  const [only, another] = plans;
  if (only !== undefined && another === undefined) return only;
  return { state: 'choose', question: 'The tokens differ. Which one is to count?', choices: plans };
}

/** File, environment of the running process and unit, side by side. */
async function compare(purpose: CredentialPurpose, planned: Reinstallation, facts: Facts): Promise<ComparedToken> {
  const { unit, asker } = planned;
  const written = writtenToken(purpose, asker.paths, asker.environment);
  const inUnit = unit.embedded
    .filter((secret) => purposeOf(secret) === purpose)
    .map(({ value, file, where }) => ({ value, from: `${file}: ${where}` }));
  const others = [...inUnit, ...inProcess(purpose, facts)];
  const differs = written === undefined || others.some(({ value }) => !value.equals(written.value));
  const door = doorOf(purpose, facts);
  const accepted = differs && door !== undefined ? (await acceptedOf(door, others)).found : undefined;
  return { purpose, written, others, accepted };
}

function writtenToken(
  purpose: CredentialPurpose,
  paths: Facts['paths'],
  environment: Environment,
): FoundToken | undefined {
  if (purpose === 'pico-client') {
    const value = loadGatewayConfig(paths, environment).channels.pico_client.token;
    return value && { value, from: paths.securityFile };
  }
  const found =
    purpose === 'launcher' ? findLauncherToken(paths, environment) : resolveChannelToken(paths, environment);
  return found?.value && { value: found.value, from: found.from ?? '' };
}

/** A process keeps what it was started with, also when its unit says something else by now. */
function inProcess(purpose: CredentialPurpose, { launcher, gateway }: Facts): FoundToken[] {
  const keys = {
    launcher: ['launcherToken'],
    channel: ['gatewayToken', 'picoToken'],
    'pico-client': ['picoClientToken'],
  } as const;
  const processes = [
    ...(launcher.answer === 'own' && launcher.isKnown && launcher.pid !== undefined ? [launcher] : []),
    ...(gateway.pidFile.state === 'alive' && gateway.isKnown ? [gateway] : []),
  ];
  return processes.flatMap(({ environment }) =>
    keys[purpose].flatMap((key) => {
      const value = environment[key];
      return value === undefined ? [] : [{ value, from: `the running process: ${environment.origins[key]}` }];
    }),
  );
}

function doorOf(purpose: CredentialPurpose, { launcher, gateway }: Facts): TokenDoor | undefined {
  if (purpose === 'launcher') return launcher.answer === 'own' ? launcherDoor(launcher.ask) : undefined;
  if (purpose === 'channel' && gateway.pidFile.state === 'alive') return gatewayDoor(gateway.pidFile.record);
  return undefined;
}

function whyByHand(unit: InstalledUnit, { paths, environment }: Facts): string | undefined {
  if (!isOfHome(unit, paths, environment)) {
    return `${unit.file} uses another home: run this with its PICOCLAW_HOME`;
  }
  const strange = unit.embedded.filter((secret) => purposeOf(secret) === undefined && !isSessionKey(secret));
  if (strange.length === 0) return undefined;
  const places = strange.map(({ file, where }) => `${file}: ${where}`).join(', ');
  return `${places} is a secret of which it cannot be told where it belongs: move it into .security.yml or launcher-config.json, then remove it there`;
}

/** Without its key sessions end with the launcher, as they do by default. */
const isSessionKey = ({ where }: EmbeddedSecret) => /PICOCLAW_SESSION_KEY$/.test(where);

function purposeOf({ purpose, where }: EmbeddedSecret): CredentialPurpose | undefined {
  return purpose ?? (/PICOCLAW_CHANNELS_PICO_CLIENT_TOKEN$/.test(where) ? 'pico-client' : undefined);
}

const fileFor = (purpose: CredentialPurpose, { paths }: Facts): string =>
  purpose === 'launcher' ? `${paths.launcherConfigFile}: launcher_token` : paths.securityFile;
