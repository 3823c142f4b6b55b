import { Writable } from 'node:stream';
import { type DestinationStream, destination, type Logger, multistream, pino, stdTimeFunctions } from 'pino';
import { formatLine } from './line.ts';
import { createLogFile } from './log-file.ts';

/** The log of the process, and the way to have it written out before the process ends. */
export interface Logs {
  readonly log: Logger;
  close(): Promise<void>;
}

interface LogsOptions {
  /** The launcher keeps the file: JSON lines on stdout, and no file of ours. */
  readonly managed: boolean;
  readonly directory: string;
  readonly stdout?: Writable;
}

/** The second net; secrets are `Secret` objects, which show nothing by themselves. */
const REDACTED = ['token', 'secret', 'authorization', 'cookie', '["set-cookie"]', '["sec-websocket-protocol"]'];

/** How much may wait for a launcher that does not read; then lines are dropped, the gateway goes on. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Opens the log; the level is set once the configuration is read. */
export function createLogs({ managed, directory, stdout = process.stdout }: LogsOptions): Logs {
  if (managed) return managedLogs();
  const lines = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      stdout.write(`${formatLine(line)}\n`);
      done();
    },
  });
  const opened = openFile(directory);
  const file = 'file' in opened ? opened.file : undefined;
  const streams = [
    { level: 'trace' as const, stream: lines },
    ...(file ? [{ level: 'trace' as const, stream: file }] : []),
  ];
  const log = createLogger(multistream(streams));
  if ('problem' in opened) log.warn({ code: opened.problem, directory }, 'no log file is written');
  return { log, close: () => ended(file) };
}

function managedLogs(): Logs {
  const stdout = destination({ dest: 1, sync: false, maxLength: MAX_WAITING_BYTES });
  const close = () => new Promise<void>((resolve) => stdout.flush(() => resolve()));
  return { log: createLogger(stdout), close: () => within(close()) };
}

function createLogger(stream: DestinationStream): Logger {
  const options = {
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: REDACTED.flatMap((path) => [path, path.startsWith('[') ? `*${path}` : `*.${path}`]),
      censor: '[secret]',
    },
  };
  return pino(options, stream);
}

function openFile(directory: string) {
  try {
    const file = createLogFile(directory);
    // A full disk must not end the process.
    file.on('error', () => undefined);
    return { file };
  } catch (error) {
    return { problem: (error as NodeJS.ErrnoException).code ?? 'unknown' };
  }
}

function ended(file: Writable | undefined): Promise<void> {
  return within(new Promise((resolve) => (file === undefined ? resolve() : file.end(resolve))));
}

/** A disk or a pipe that hangs must not keep the process. */
async function within(work: Promise<void>, timeoutMs = 500): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
