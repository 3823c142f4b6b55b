import { channelPatch } from './channel-layout.ts';
import { channelTokenIn, gatewayDocuments } from './channel-token.ts';
import { throwProblems } from './config-error.ts';
import type { Environment } from './env.ts';
import { type GatewayDocuments, resolveGatewayConfig } from './gateway-config.ts';
import { type UpdateResult, updateFiles } from './locked-update.ts';
import { mergePatches } from './merge-patch.ts';
import type { Paths } from './paths.ts';
import { type RandomBytes, randomToken } from './random-token.ts';
import { loadJsonFile, loadSecurityFile } from './security-file.ts';

/**
 * Makes a gateway reachable: turns the Pico channel on in config.json, and makes a channel token in .security.yml when
 * neither file nor environment has one. Where all is well already nothing is locked or written, so read-only homes work.
 * Throws `ConfigError`.
 */
export async function ensurePicoChannel(
  paths: Paths,
  environment: Environment,
  { randomBytes }: { readonly randomBytes?: RandomBytes } = {},
): Promise<UpdateResult> {
  const present = { config: loadJsonFile(paths.configFile), security: loadSecurityFile(paths).document };
  const { isEnabled, hasToken } = examine(present, paths, environment);
  if (isEnabled && hasToken) return { changed: [] };
  const token = randomToken(randomBytes);
  return updateFiles(paths, (read) => {
    const documents = gatewayDocuments(read);
    const now = examine(documents, paths, environment);
    return {
      config: mergePatches(now.isEnabled ? [] : [channelPatch(documents, 'config', 'pico', { enabled: true })]),
      security: mergePatches(
        now.hasToken ? [] : [channelPatch(documents, 'security', 'pico', { token: token.reveal() })],
      ),
    };
  });
}

function examine(documents: GatewayDocuments, paths: Paths, environment: Environment) {
  const { loaded, problems } = resolveGatewayConfig(documents, paths, environment);
  throwProblems(problems);
  const hasToken = channelTokenIn(documents, paths, environment).value !== undefined;
  return { isEnabled: loaded.channels.pico.enabled, hasToken };
}
