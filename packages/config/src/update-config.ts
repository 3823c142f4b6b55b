import { type ChannelType, channelOptionPatch } from './channel-layout.ts';
import { gatewayDocuments } from './channel-token.ts';
import { throwProblems } from './config-error.ts';
import type { Environment } from './env.ts';
import { resolveGatewayConfig } from './gateway-config.ts';
import type { JsonObject, JsonValue } from './json-object.ts';
import { resolveLauncherConfig } from './launcher-config.ts';
import { type CheckDocument, type ConfigFile, type ReadFile, type UpdateResult, updateFiles } from './locked-update.ts';
import { type MergePatch, mergePatches, patchAt } from './merge-patch.ts';
import type { Paths } from './paths.ts';

/** A merge patch, or what decides on one from the file as it is now (`undefined`: change nothing). */
export type Change = MergePatch | ((current: JsonObject) => MergePatch | undefined);

/** Changes launcher-config.json; refuses what would not load. `null` in the patch deletes a key. Throws `ConfigError`. */
export function updateLauncherConfig(paths: Paths, environment: Environment, change: Change): Promise<UpdateResult> {
  return update(paths, environment, 'launcher', change);
}

/** Changes config.json; refuses what would not load. `null` in the patch deletes a key. Throws `ConfigError`. */
export function updateGatewayConfig(paths: Paths, environment: Environment, change: Change): Promise<UpdateResult> {
  return update(paths, environment, 'config', change);
}

/** New values by option key (`channels.pico.ping_interval`); `null` goes back to the default. */
export type OptionValues = Readonly<Record<string, JsonValue>>;

/** Changes options of launcher-config.json. Throws `ConfigError`. */
export function updateLauncherOptions(paths: Paths, environment: Environment, values: OptionValues) {
  const patch = mergePatches(Object.entries(values).map(([key, value]) => patchAt(key.split('.'), value)));
  return updateLauncherConfig(paths, environment, patch);
}

/** Changes options of config.json, those of a channel in the layout that the file has. Throws `ConfigError`. */
export function updateGatewayOptions(paths: Paths, environment: Environment, values: OptionValues) {
  return decideUpdate(paths, environment, 'config', (read) => {
    const documents = gatewayDocuments(read);
    const patches = Object.entries(values).map(([option, value]) => {
      const [group, type, ...key] = option.split('.');
      if (group !== 'channels') return patchAt(option.split('.'), value);
      return channelOptionPatch(documents, type as ChannelType, key.join('.'), value);
    });
    return mergePatches(patches);
  });
}

/** Changes .security.yml; refuses what would not load. `null` in the patch deletes a key. Throws `ConfigError`. */
export function updateSecurity(paths: Paths, environment: Environment, change: Change): Promise<UpdateResult> {
  return update(paths, environment, 'security', change);
}

function update(paths: Paths, environment: Environment, file: ConfigFile, change: Change): Promise<UpdateResult> {
  const decide = (read: ReadFile) => (typeof change === 'function' ? (change(read(file)) ?? {}) : change);
  return decideUpdate(paths, environment, file, decide);
}

function decideUpdate(
  paths: Paths,
  environment: Environment,
  file: ConfigFile,
  decide: (read: ReadFile) => MergePatch,
): Promise<UpdateResult> {
  return updateFiles(paths, (read) => ({ [file]: decide(read) }), { check: refuseInvalid(paths, environment) });
}

/** Refuses a document with which launcher or gateway would not start. */
function refuseInvalid(paths: Paths, environment: Environment): CheckDocument {
  return (changed, document, read) => {
    const { problems } =
      changed === 'launcher'
        ? resolveLauncherConfig(document, paths, environment)
        : resolveGatewayConfig(gatewayDocuments(read), paths, environment);
    throwProblems(problems);
  };
}
