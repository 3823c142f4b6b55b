import type { Writable } from 'node:stream';
import { createLog, type Log } from '@picoclaw/log';

interface LogsOptions {
  /** The launcher keeps the file: JSON lines on stdout, and no file of ours. */
  readonly managed: boolean;
  readonly directory: string;
  readonly stdout?: Writable;
}

/** Opens the log of the process; its level is set once the configuration is read. */
export function createLogs({ managed, directory, stdout = process.stdout }: LogsOptions): Log {
  const level = 'trace';
  if (managed) return createLog({ level, console: { level, format: 'json', stream: stdout } });
  const file = { folder: directory, name: 'gateway.log' };
  return createLog({ level, file, console: { level, format: 'text', stream: stdout } });
}
