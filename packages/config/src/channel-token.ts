import type { Secret } from '@picoclaw/auth';
import { type ChannelType, channelPatch, channelPlaces } from './channel-layout.ts';
import { type ConfigProblem, throwProblems, typeName } from './config-error.ts';
import { type ResolvedCredential, resolveCredential, type WrittenCredential } from './credentials.ts';
import type { Environment } from './env.ts';
import type { GatewayDocuments } from './gateway-config.ts';
import { type JsonObject, pathText, valueAt } from './json-object.ts';
import { type Patches, type ReadFile, updateFiles } from './locked-update.ts';
import { deletionOf, mergePatches } from './merge-patch.ts';
import type { Paths } from './paths.ts';
import { type RandomBytes, randomToken } from './random-token.ts';
import { isBlankSecret, isReference, resolveSecret } from './secret-reference.ts';
import { loadJsonFile, loadSecurityFile } from './security-file.ts';

/** What became of a rotation; a token that is kept elsewhere has to be changed there. */
export type Rotation =
  | { readonly ok: true; readonly token: Secret; readonly file: string }
  | { readonly ok: false; readonly reason: 'from_environment' | 'is_reference'; readonly from: string };

/**
 * The token that opens `/pico/ws`, and what it shadows: `PICOCLAW_GATEWAY_TOKEN`, `PICOCLAW_CHANNELS_PICO_TOKEN`,
 * .security.yml, config.json (in an installed service the files first). No `value`: there is none yet.
 * Cheap enough to be asked for each connection. Throws `ConfigError`.
 */
export function resolveChannelToken(paths: Paths, environment: Environment): ResolvedCredential {
  const documents = { config: loadJsonFile(paths.configFile), security: loadSecurityFile(paths).document };
  return channelTokenIn(documents, paths, environment);
}

/** `resolveChannelToken` on documents that were read already. */
export function channelTokenIn(
  documents: GatewayDocuments,
  paths: Paths,
  environment: Environment,
): ResolvedCredential {
  return resolveCredential('channel', { environment, files: writtenTokens(documents, paths, environment) });
}

/**
 * `PICOCLAW_GATEWAY_TOKEN` where it is the one authority over every protected endpoint of the gateway; `undefined` when
 * it is not set, or when this is an installed service whose files hold a token. Throws `ConfigError`.
 */
export function gatewayAuthority(paths: Paths, environment: Environment): Secret | undefined {
  if (!environment.gatewayToken) return undefined;
  const { value, source, from } = resolveChannelToken(paths, environment);
  return source === 'env' && from === environment.origins.gatewayToken ? value : undefined;
}

/**
 * Makes a new channel token in .security.yml and removes every other copy from both files, so that the old value
 * stands nowhere. Throws `ConfigError`.
 */
export async function rotateChannelToken(
  paths: Paths,
  environment: Environment,
  { randomBytes }: { readonly randomBytes?: RandomBytes } = {},
): Promise<Rotation> {
  const token = randomToken(randomBytes);
  let outcome: Rotation = { ok: true, token, file: paths.securityFile };
  await updateFiles(paths, (read) => {
    const documents = gatewayDocuments(read);
    outcome = refusal(documents, paths, environment) ?? { ok: true, token, file: paths.securityFile };
    return outcome.ok ? tokenPatches(documents, 'pico', token.reveal()) : {};
  });
  return outcome;
}

/** config.json and .security.yml while they are being changed. */
export function gatewayDocuments(read: ReadFile): GatewayDocuments {
  return { config: read('config'), security: read('security') };
}

function refusal(documents: GatewayDocuments, paths: Paths, environment: Environment): Rotation | undefined {
  const { source, from = '' } = channelTokenIn(documents, paths, environment);
  if (source === 'env') return { ok: false, reason: 'from_environment', from };
  const reference = writtenPlaces(documents, paths).find(({ written }) => isReference(written));
  return reference && { ok: false, reason: 'is_reference', from: `${reference.file}: ${pathText(reference.path)}` };
}

/** Puts a channel's token into .security.yml, and removes every other copy from both files. */
export function tokenPatches(documents: GatewayDocuments, type: ChannelType, written: string): Patches {
  const places = channelPlaces(documents, type, 'token');
  const removalsFrom = (document: JsonObject) =>
    places.filter((path) => valueAt(document, path) !== undefined).map(deletionOf);
  const fresh = channelPatch(documents, 'security', type, { token: written });
  return {
    security: mergePatches([...removalsFrom(documents.security), fresh]),
    config: mergePatches(removalsFrom(documents.config)),
  };
}

function writtenTokens(documents: GatewayDocuments, paths: Paths, environment: Environment): WrittenCredential[] {
  const problems: ConfigProblem[] = [];
  const found = writtenPlaces(documents, paths).flatMap(({ file, path, written }): WrittenCredential[] => {
    const where = pathText(path);
    if (typeof written !== 'string') {
      problems.push({ file, path: where, message: `must be a string, not this ${typeName(written)}` });
      return [];
    }
    const resolved = resolveSecret(written, file, environment);
    if (!resolved.ok) problems.push({ file, path: where, message: resolved.reason });
    return resolved.ok ? [{ value: resolved.secret, from: `${file}: ${where}` }] : [];
  });
  throwProblems(problems);
  return found;
}

/** Where a channel's token stands in the two files, the strongest first. */
export function writtenPlaces(documents: GatewayDocuments, paths: Paths, type: ChannelType = 'pico') {
  const places = channelPlaces(documents, type, 'token');
  const sources = [
    { file: paths.securityFile, document: documents.security },
    { file: paths.configFile, document: documents.config },
  ];
  const all = sources.flatMap(({ file, document }) =>
    places.map((path) => ({ file, path, written: valueAt(document, path) })),
  );
  return all.filter(({ written }) => !isBlankSecret(written));
}
