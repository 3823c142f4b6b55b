import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { createLogTail, safeLine } from '@picoclaw/log';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';

interface PrintLogOptions {
  readonly lines: number;
  readonly follow: boolean;
}

const FILE_NAME = 'gateway.log';
/** A file system that tells nothing of changes is looked at so often. */
const POLL_MS = 1_000;

/** Prints the end of the gateway's log, and with `follow` what is written to it, until Ctrl-C. */
export async function printLog({ paths, print }: CliContext, { lines, follow }: PrintLogOptions): Promise<void> {
  const path = join(paths.logsDirectory, FILE_NAME);
  if (!existsSync(path)) {
    const hint = 'It is written when a gateway runs.';
    throw new CliError(ExitCode.notRunning, `There is no log yet: ${path} does not exist.`, hint);
  }
  const tail = createLogTail(path);
  const show = (found: readonly string[]) => {
    for (const line of found) print(safeLine(line));
  };
  if (!follow) return show(tail.read().slice(-lines));
  await new Promise<void>((resolve) => {
    // From the first line on: whoever has seen enough may say so at once.
    const watcher = watch(paths.logsDirectory, () => show(tail.read()));
    const timer = setInterval(() => show(tail.read()), POLL_MS);
    process.once('SIGINT', () => {
      watcher.close();
      clearInterval(timer);
      resolve();
    });
    show(tail.read().slice(-lines));
  });
}
