import type { FastifyBaseLogger } from 'fastify';
import type { Readiness } from './readiness.ts';
import type { GatewaySettings } from './settings.ts';

/** New settings, or why they cannot be used; `restartNeeded` are changed options that only a restart applies. */
export type LoadResult =
  | { readonly ok: true; readonly settings: GatewaySettings; readonly restartNeeded: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** What became of one reload. */
type ReloadOutcome =
  | { readonly state: 'reloaded'; readonly restartNeeded: readonly string[] }
  | { readonly state: 'rejected'; readonly reason: string };

/** Reads the configuration again while the gateway runs. */
export interface Reloader {
  readonly isBusy: boolean;
  /** One reload; while one runs, another follows it, so that no change of the files is missed. */
  reload(): Promise<ReloadOutcome>;
}

interface ReloaderOptions {
  readonly load: () => Promise<LoadResult> | LoadResult;
  /** Takes the new settings into use. */
  readonly apply: (settings: GatewaySettings) => void;
  readonly readiness: Readiness;
  readonly log: FastifyBaseLogger;
}

/** Reloads one at a time; an invalid configuration leaves everything as it was. */
export function createReloader({ load, apply, readiness, log }: ReloaderOptions): Reloader {
  let last: Promise<unknown> = Promise.resolve();
  let running = 0;

  const runOnce = async (): Promise<ReloadOutcome> => {
    if (readiness.phase === 'ready') readiness.phase = 'reloading';
    try {
      const loaded = await load();
      if (!loaded.ok) {
        log.error({ code: 'config_invalid', reason: loaded.reason }, 'reload rejected, the old configuration stays');
        return { state: 'rejected', reason: loaded.reason };
      }
      apply(loaded.settings);
      const { restartNeeded } = loaded;
      log.info({ code: 'reloaded', ...(restartNeeded.length > 0 && { restartNeeded }) }, 'configuration reloaded');
      return { state: 'reloaded', restartNeeded };
    } catch (error) {
      log.error({ err: error, code: 'reload_failed' }, 'reload failed, the old configuration stays');
      return { state: 'rejected', reason: 'the reload itself failed; the log says why' };
    } finally {
      if (readiness.phase === 'reloading') readiness.phase = 'ready';
    }
  };

  return {
    get isBusy() {
      return running > 0;
    },
    reload() {
      running += 1;
      const outcome = last.then(runOnce).finally(() => {
        running -= 1;
      });
      last = outcome;
      return outcome;
    },
  };
}
