import type { Secret } from '@picoclaw/auth';
import type { Rotation } from './channel-token.ts';
import { ConfigError, typeName } from './config-error.ts';
import { resolveCredential, type ShadowedCredential, type WrittenCredential } from './credentials.ts';
import type { Environment } from './env.ts';
import type { JsonObject } from './json-object.ts';
import { updateFiles } from './locked-update.ts';
import type { Paths } from './paths.ts';
import { type RandomBytes, randomToken } from './random-token.ts';
import { isBlankSecret, isReference, resolveSecret } from './secret-reference.ts';
import { loadJsonFile } from './security-file.ts';

/** The launcher token that counts, and where it is from: `random` until somebody chose one of their own. */
export interface LauncherToken {
  readonly value: Secret;
  readonly source: 'env' | 'config' | 'random';
  /** The variable, or file and path. */
  readonly from: string;
  readonly shadowed: readonly ShadowedCredential[];
}

/** What became of the wish to set the launcher token for the first time. */
export type Registration =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'not_pending' | 'token_changed' };

/** The new token and the one that the caller believes to be pending. */
export interface RegistrationRequest {
  readonly token: Secret;
  readonly expectedPending: Secret;
}

const KEY = 'launcher_token';
const PENDING_KEY = 'setup_pending';

/** The launcher token as it stands, without making one. Throws `ConfigError`. */
export function findLauncherToken(paths: Paths, environment: Environment): LauncherToken | undefined {
  return tokenIn(loadJsonFile(paths.launcherConfigFile), paths, environment);
}

/**
 * The launcher token: environment, then launcher-config.json, else a random one is made and kept there, marked as
 * pending. Processes that start at once agree on one. Throws `ConfigError`.
 */
export async function resolveLauncherToken(
  paths: Paths,
  environment: Environment,
  { randomBytes }: { readonly randomBytes?: RandomBytes } = {},
): Promise<LauncherToken> {
  const present = findLauncherToken(paths, environment);
  if (present) return present;
  const fresh = randomToken(randomBytes);
  await updateFiles(paths, (read) => {
    const isTaken = tokenIn(read('launcher'), paths, environment) !== undefined;
    return isTaken ? {} : { launcher: { [KEY]: fresh.reveal(), [PENDING_KEY]: true } };
  });
  const agreed = findLauncherToken(paths, environment);
  if (agreed) return agreed;
  const message = 'was written and is gone again';
  throw new ConfigError('config_conflict', [{ file: paths.launcherConfigFile, path: KEY, message }]);
}

/** Replaces the pending token by one that a person chose. Of several at once exactly one succeeds. Throws `ConfigError`. */
export async function registerLauncherToken(
  paths: Paths,
  { token, expectedPending }: RegistrationRequest,
): Promise<Registration> {
  let outcome: Registration = { ok: true };
  await updateFiles(paths, (read) => {
    const document = read('launcher');
    outcome = judge(document, expectedPending);
    return outcome.ok ? { launcher: { [KEY]: token.reveal(), [PENDING_KEY]: null } } : {};
  });
  return outcome;
}

/**
 * Replaces the launcher token in launcher-config.json by a new one, for when no launcher runs that would have to be told.
 * One that comes from the environment, or is a reference, has to be changed there. Throws `ConfigError`.
 */
export async function rotateLauncherToken(
  paths: Paths,
  environment: Environment,
  { randomBytes }: { readonly randomBytes?: RandomBytes } = {},
): Promise<Rotation> {
  const token = randomToken(randomBytes);
  const file = paths.launcherConfigFile;
  let outcome: Rotation = { ok: true, token, file };
  await updateFiles(paths, (read) => {
    const document = read('launcher');
    const { source, from = '' } = tokenIn(document, paths, environment) ?? {};
    if (source === 'env') outcome = { ok: false, reason: 'from_environment', from };
    else if (isReference(document[KEY])) outcome = { ok: false, reason: 'is_reference', from: `${file}: ${KEY}` };
    return outcome.ok ? { launcher: { [KEY]: token.reveal(), [PENDING_KEY]: null } } : {};
  });
  return outcome;
}

function judge(document: JsonObject, expected: Secret): Registration {
  if (document[PENDING_KEY] !== true) return { ok: false, reason: 'not_pending' };
  const written = document[KEY];
  const isExpected = typeof written === 'string' && expected.equals(written.trim());
  return isExpected ? { ok: true } : { ok: false, reason: 'token_changed' };
}

function tokenIn(document: JsonObject, paths: Paths, environment: Environment): LauncherToken | undefined {
  const files = writtenToken(document, paths.launcherConfigFile, environment);
  const { value, source, from = '', shadowed } = resolveCredential('launcher', { environment, files });
  if (!value) return undefined;
  const fileSource = document[PENDING_KEY] === true ? 'random' : 'config';
  return { value, source: source === 'env' ? 'env' : fileSource, from, shadowed };
}

function writtenToken(document: JsonObject, file: string, environment: Environment): WrittenCredential[] {
  const written = document[KEY];
  if (isBlankSecret(written)) return [];
  const resolved =
    typeof written === 'string'
      ? resolveSecret(written, file, environment)
      : { ok: false as const, reason: `must be a string, not this ${typeName(written)}` };
  if (!resolved.ok) throw new ConfigError('config_invalid', [{ file, path: KEY, message: resolved.reason }]);
  return [{ value: resolved.secret, from: `${file}: ${KEY}` }];
}
