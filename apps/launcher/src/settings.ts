import {
  ConfigError,
  type Environment,
  launcherOptions,
  loadLauncherConfig,
  type Paths,
  updateLauncherConfig,
} from '@picoclaw/config';
import type { LauncherSettings } from './routes/system.ts';

/** What is set by its own doors (`/setup`), or is a secret. */
const NOT_HERE = new Set(['launcher_token', 'setup_pending']);
const visible = launcherOptions.filter(({ key, secret }) => !secret && !NOT_HERE.has(key));

/** The settings page's side of launcher-config.json. */
export function createSettings(paths: Paths, environment: Environment) {
  return {
    async load(): Promise<LauncherSettings> {
      const config = loadLauncherConfig(paths, environment) as unknown as Record<string, unknown>;
      return Object.fromEntries(visible.filter(({ path }) => path.length === 1).map(({ key }) => [key, config[key]]));
    },
    async save(changes: LauncherSettings): Promise<{ ok: true } | { ok: false; message: string }> {
      const known = new Set(visible.map(({ path }) => path[0]));
      const unknown = Object.keys(changes).filter((key) => !known.has(key));
      if (unknown.length > 0)
        return { ok: false, message: `Not a setting that can be changed here: ${unknown.join(', ')}.` };
      try {
        await updateLauncherConfig(paths, environment, changes as never);
        return { ok: true };
      } catch (error) {
        if (error instanceof ConfigError && error.code === 'config_invalid')
          return { ok: false, message: error.message };
        throw error;
      }
    },
  };
}
