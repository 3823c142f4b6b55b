import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Who is told of what a test does. */
interface Watcher {
  /** Before something is removed. */
  readonly removes: (path: fs.PathLike) => void;
  /** An answer over the network, before the test has it. */
  readonly receives: (answer: Response) => void;
}

let watcher: Watcher | undefined;

/** Tells one watcher of the calls of the test file that runs; a process runs many of them, one after the other. */
export function watchCalls(next: Watcher): void {
  if (watcher === undefined) wrapCalls();
  watcher = next;
}

function wrapCalls(): void {
  const { rmSync } = fs;
  const { rm } = fs.promises;
  const { fetch } = globalThis;
  globalThis.fetch = async (...args) => {
    const response = await fetch(...args);
    watcher?.receives(response);
    return response;
  };
  Object.assign(fs, {
    rmSync(...args: Parameters<typeof rmSync>) {
      watcher?.removes(args[0]);
      rmSync(...args);
    },
  });
  Object.assign(fs.promises, {
    rm(...args: Parameters<typeof rm>) {
      watcher?.removes(args[0]);
      return rm(...args);
    },
  });
  syncBuiltinESMExports();
}
