import type { Secret } from '@picoclaw/auth';
import { channelPatch } from './channel-layout.ts';
import { throwProblems } from './config-error.ts';
import type { Environment } from './env.ts';
import { type GatewayDocuments, resolveGatewayConfig } from './gateway-config.ts';
import type { JsonObject } from './json-object.ts';
import { resolveLauncherConfig } from './launcher-config.ts';
import {
  type ConfigFile,
  createSnapshots,
  digestsOf,
  type FileDigests,
  type Patches,
  type UpdateResult,
  updateFiles,
} from './locked-update.ts';
import type { Paths } from './paths.ts';
import { refuseInvalid } from './update-config.ts';

/** The three files at one moment, all of them valid: what a change can be planned on while somebody is asked about it. */
export interface ConfigSnapshot {
  readonly documents: Readonly<Record<ConfigFile, JsonObject>>;
  readonly digests: FileDigests;
}

/** Reads the files to plan a change on. Throws `ConfigError` when launcher or gateway would not start with them. */
export function snapshotConfig(paths: Paths, environment: Environment): ConfigSnapshot {
  const snapshot = createSnapshots(paths);
  const documents = {
    config: snapshot('config').document,
    security: snapshot('security').document,
    launcher: snapshot('launcher').document,
  };
  throwProblems([
    ...resolveLauncherConfig(documents.launcher, paths, environment).problems,
    ...resolveGatewayConfig(documents, paths, environment).problems,
  ]);
  return { documents, digests: digestsOf(snapshot) };
}

/**
 * Carries out what was planned on a snapshot, in one compare-and-swap: when any of the files is not any more what it was,
 * nothing is written. Throws `ConfigError` (`config_conflict`, `config_invalid`, `config_unwritable`).
 */
export function patchSnapshot(
  paths: Paths,
  environment: Environment,
  { snapshot, patches }: { readonly snapshot: ConfigSnapshot; readonly patches: Patches },
): Promise<UpdateResult> {
  const options = { check: refuseInvalid(paths, environment), expected: snapshot.digests };
  return updateFiles(paths, () => patches, options);
}

/** The patches that put a token where it belongs: one that somebody chose, so no setup is pending any more. */
export function tokenPatches(
  { config, security }: GatewayDocuments,
  purpose: 'launcher' | 'channel',
  token: Secret,
): Patches {
  if (purpose === 'launcher') return { launcher: { launcher_token: token.reveal(), setup_pending: null } };
  return { security: channelPatch({ config, security }, 'security', 'pico', { token: token.reveal() }) };
}
