import { throwProblems } from './config-error.ts';
import type { Environment } from './env.ts';
import { resolveGatewayConfig } from './gateway-config.ts';
import { resolveLauncherConfig } from './launcher-config.ts';
import { createSnapshots, digestsOf, type FileDigests } from './locked-update.ts';
import type { Paths } from './paths.ts';

/**
 * Which content the three files have, to plan a change on while somebody is asked about it: what is written later as
 * `expected` is written only if they still have it. Throws `ConfigError` when launcher or gateway would not start with them.
 */
export function snapshotConfig(paths: Paths, environment: Environment): FileDigests {
  const snapshot = createSnapshots(paths);
  const documents = { config: snapshot('config').document, security: snapshot('security').document };
  throwProblems([
    ...resolveLauncherConfig(snapshot('launcher').document, paths, environment).problems,
    ...resolveGatewayConfig(documents, paths, environment).problems,
  ]);
  return digestsOf(snapshot);
}
