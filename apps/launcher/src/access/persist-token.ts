import type { Secret } from '@picoclaw/auth';
import {
  ConfigError,
  type Environment,
  type Paths,
  registerLauncherToken,
  updateLauncherConfig,
} from '@picoclaw/config';
import type { FastifyBaseLogger } from 'fastify';
import type { Registration } from './launcher-token.ts';

interface PersistOptions {
  readonly paths: Paths;
  readonly environment: Environment;
  readonly logger: FastifyBaseLogger;
}

/** Writes a registered token to launcher-config.json; of two at once one finds the file changed. */
export async function persistToken(
  { paths, environment, logger }: PersistOptions,
  token: Secret,
  expected: { readonly setupPending: boolean; readonly token: Secret },
): Promise<Registration> {
  try {
    if (expected.setupPending) {
      const result = await registerLauncherToken(paths, { token, expectedPending: expected.token });
      return result.ok ? result : { ok: false, reason: 'already_set_up' };
    }
    const { changed } = await updateLauncherConfig(paths, environment, (current) => {
      const written = current['launcher_token'];
      return typeof written === 'string' && expected.token.equals(written.trim())
        ? { launcher_token: token.reveal() }
        : undefined;
    });
    return changed.length > 0 ? { ok: true } : { ok: false, reason: 'already_set_up' };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    logger.error({ code: error.code, err: error }, 'the launcher token could not be stored');
    return { ok: false, reason: 'unwritable' };
  }
}
