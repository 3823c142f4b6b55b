import { resolve } from 'node:path';
import { Secret } from '@picoclaw/auth';
import { gatewayDocuments, tokenPatches, writtenPlaces } from './channel-token.ts';
import { ConfigError, typeName } from './config-error.ts';
import { type CredentialPurpose, resolveCredential } from './credentials.ts';
import type { Environment } from './env.ts';
import type { SecretKey } from './environment-variables.ts';
import { pathText } from './json-object.ts';
import { type Patches, type ReadFile, type UpdateOptions, updateFiles } from './locked-update.ts';
import { mergePatches } from './merge-patch.ts';
import type { Paths } from './paths.ts';
import { isBlankSecret, isReference, resolveSecret } from './secret-reference.ts';

/** A credential that a process of its own, such as an installed service, would not find any more. */
export interface GivenCredential {
  readonly purpose: CredentialPurpose;
  /** As it is to be written: the value, or a `file://` reference where only a file was named. */
  readonly written: Secret;
  /** The variable or the flag. */
  readonly from: string;
}

/** What became of one. */
export interface PersistedCredential {
  readonly purpose: CredentialPurpose;
  readonly from: string;
  /** The place: `<file>: <path>`. */
  readonly place: string;
  /**
   * `replaced`: another value stood there. `unchanged`: it was there already, be it by reference. `reference`: a
   * reference stands there that leads to another value, and stays.
   */
  readonly outcome: 'stored' | 'replaced' | 'unchanged' | 'reference';
}

interface Step {
  readonly persisted: PersistedCredential;
  readonly patches: Patches;
}

const VARIABLE_KEYS: readonly SecretKey[] = ['launcherToken', 'gatewayToken', 'picoToken', 'picoClientToken'];

/** The credentials that the environment of a process started by hand gives, those that count. */
export function credentialsGiven(environment: Environment): GivenCredential[] {
  return (['launcher', 'channel', 'pico-client'] as const).flatMap((purpose) => {
    const { value, from = '' } = resolveCredential(purpose, { environment, files: [] });
    if (value === undefined) return [];
    const isFromFile = VARIABLE_KEYS.some((key) => environment.origins[key] === from && from.endsWith('_FILE'));
    const file = isFromFile ? environment.lookup(from) : undefined;
    return [{ purpose, from, written: file === undefined ? value : new Secret(`file://${resolve(file)}`) }];
  });
}

/**
 * Writes credentials into launcher-config.json and .security.yml, all of them in one change. A reference in a file stays
 * one; a reference that leads nowhere, given or written, is an error and nothing is changed. With `expected` (see
 * `snapshotConfig`) nothing is written when somebody has changed a file meanwhile. Throws `ConfigError`.
 */
export async function persistCredentials(
  paths: Paths,
  environment: Environment,
  given: readonly GivenCredential[],
  options: Pick<UpdateOptions, 'expected'> = {},
): Promise<readonly PersistedCredential[]> {
  let steps: Step[] = [];
  const decide = (read: ReadFile) => {
    steps = given.map((one) => stepFor(one, read, paths, environment));
    const merged = (file: keyof Patches) => mergePatches(steps.map(({ patches }) => patches[file] ?? {}));
    return { launcher: merged('launcher'), security: merged('security'), config: merged('config') };
  };
  if (given.length > 0 || options.expected) await updateFiles(paths, decide, options);
  return steps.map(({ persisted }) => persisted);
}

function stepFor(given: GivenCredential, read: ReadFile, paths: Paths, environment: Environment): Step {
  const { purpose, from, written } = given;
  const wanted = mustResolve(written.reveal(), { file: 'environment', path: from }, environment);
  const places = placesOf(purpose, read, paths);
  const [present] = places;
  const target = purpose === 'launcher' ? `${paths.launcherConfigFile}: launcher_token` : paths.securityFile;
  const place = present ? `${present.file}: ${pathText(present.path)}` : target;
  const found = present && mustResolve(present.written, { ...present, path: pathText(present.path) }, environment);
  const step = (outcome: PersistedCredential['outcome'], patches: Patches = {}): Step => ({
    persisted: { purpose, from, place: patches.launcher || patches.security ? target : place, outcome },
    patches,
  });
  if (found?.equals(wanted)) return step('unchanged');
  if (isReference(present?.written)) return step('reference');
  return step(present ? 'replaced' : 'stored', patchesFor(purpose, read, written.reveal()));
}

function patchesFor(purpose: CredentialPurpose, read: ReadFile, written: string): Patches {
  if (purpose === 'launcher') return { launcher: { launcher_token: written, setup_pending: null } };
  return tokenPatches(gatewayDocuments(read), purpose === 'channel' ? 'pico' : 'pico_client', written);
}

function placesOf(purpose: CredentialPurpose, read: ReadFile, paths: Paths) {
  if (purpose !== 'launcher')
    return writtenPlaces(gatewayDocuments(read), paths, purpose === 'channel' ? 'pico' : 'pico_client');
  const written = read('launcher')['launcher_token'];
  return isBlankSecret(written) ? [] : [{ file: paths.launcherConfigFile, path: ['launcher_token'], written }];
}

function mustResolve(
  written: unknown,
  { file, path }: { file: string; path: string },
  environment: Environment,
): Secret {
  const resolved =
    typeof written === 'string'
      ? resolveSecret(written, file, environment)
      : { ok: false as const, reason: `must be a string, not this ${typeName(written)}` };
  if (resolved.ok) return resolved.secret;
  throw new ConfigError('config_invalid', [{ file, path, message: resolved.reason }]);
}
