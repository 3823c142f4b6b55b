import { existsSync, type FSWatcher, watch } from 'node:fs';
import { createLogTail } from '@picoclaw/log';

/** A file system that tells nothing of changes is looked at so often. */
const POLL_MS = 1_000;
/** Many writes in a row are read at once. */
const SETTLE_MS = 30;

/** Reads on in a log of a folder as it is written, from its last lines on; answers with the way to stop. */
export function followLog(folder: string, name: string, onLines: (lines: readonly string[]) => void): () => void {
  const tail = createLogTail(`${folder}/${name}`);
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  const read = () => {
    timer = undefined;
    const lines = tail.read();
    if (lines.length > 0) onLines(lines);
  };
  const soon = () => {
    timer ??= setTimeout(read, SETTLE_MS);
  };
  const watchFolder = () => {
    if (watcher !== undefined || !existsSync(folder)) return;
    // A limit of the system may forbid it: then the interval alone finds what is new.
    try {
      watcher = watch(folder, soon).on('error', () => watcher?.close());
    } catch {}
  };
  const interval = setInterval(() => {
    watchFolder();
    read();
  }, POLL_MS);
  watchFolder();
  read();
  return () => {
    clearInterval(interval);
    clearTimeout(timer);
    watcher?.close();
  };
}
