import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';

/** Watches files while it is switched on. */
export interface HotReload {
  setEnabled(enabled: boolean): void;
  close(): void;
}

interface HotReloadOptions {
  /** All in one directory. */
  readonly files: readonly [string, ...string[]];
  readonly onChange: () => void;
  readonly log: FastifyBaseLogger;
  readonly settleMs?: number;
}

/** Calls back when one of the files has changed and a moment has passed: editors write in several steps. */
export function createHotReload({ files, onChange, log, settleMs = 200 }: HotReloadOptions): HotReload {
  const names = files.map((file) => basename(file));
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;

  const stop = () => {
    clearTimeout(timer);
    watcher?.close();
    watcher = undefined;
  };
  const start = () => {
    // The directory, because atomic writes replace the file, and a watch would stay on the old one.
    watcher = watch(dirname(files[0]), (_event, name) => {
      if (name !== null && !names.includes(name)) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, settleMs);
    });
    watcher.on('error', (error) =>
      log.warn({ err: error, code: 'hot_reload' }, 'the configuration is not watched any more'),
    );
  };

  return {
    setEnabled(enabled) {
      if (enabled === (watcher !== undefined)) return;
      if (!enabled) return stop();
      try {
        start();
      } catch (error) {
        log.warn({ err: error, code: 'hot_reload' }, 'the configuration cannot be watched');
      }
    },
    close: stop,
  };
}
