import type { Writable } from 'node:stream';
import { createLog, type Log } from '@picoclaw/log';

/** The log of the process. */
export interface Logs extends Log {
  /** The launcher that has kept the file is gone, and this gateway stays: it keeps it itself from now on. */
  takeOver(): void;
}

interface LogsOptions {
  /** The launcher keeps the file: JSON lines on stdout, and no file of ours. */
  readonly managed: boolean;
  readonly directory: string;
  readonly stdout?: Writable;
}

/** Opens the log of the process; its level is set once the configuration is read. */
export function createLogs({ managed, directory, stdout = process.stdout }: LogsOptions): Logs {
  const level = 'trace';
  const file = { folder: directory, name: 'gateway.log' };
  const log = managed
    ? createLog({ level, console: { level, format: 'json', stream: stdout } })
    : createLog({ level, file, console: { level, format: 'text', stream: stdout } });
  let isTakenOver = !managed;
  return {
    ...log,
    takeOver() {
      if (!isTakenOver) log.addFile(file);
      isTakenOver = true;
    },
  };
}
