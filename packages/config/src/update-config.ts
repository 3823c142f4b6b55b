import { throwProblems } from './config-error.ts';
import type { Environment } from './env.ts';
import { resolveGatewayConfig } from './gateway-config.ts';
import type { JsonObject } from './json-object.ts';
import { resolveLauncherConfig } from './launcher-config.ts';
import { type ConfigFile, type UpdateResult, updateFiles } from './locked-update.ts';
import type { MergePatch } from './merge-patch.ts';
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

/** Changes .security.yml; refuses what would not load. `null` in the patch deletes a key. Throws `ConfigError`. */
export function updateSecurity(paths: Paths, environment: Environment, change: Change): Promise<UpdateResult> {
  return update(paths, environment, 'security', change);
}

function update(paths: Paths, environment: Environment, file: ConfigFile, change: Change): Promise<UpdateResult> {
  return updateFiles(
    paths,
    (read) => ({ [file]: typeof change === 'function' ? (change(read(file)) ?? {}) : change }),
    {
      check: (changed, document, read) => {
        const { problems } =
          changed === 'launcher'
            ? resolveLauncherConfig(document, paths, environment)
            : resolveGatewayConfig({ config: read('config'), security: read('security') }, paths, environment);
        throwProblems(problems);
      },
    },
  );
}
