import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { type Logger, multistream, pino, type StreamEntry } from 'pino';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { createLineBatch } from './line-batch.ts';
import { escapeC1, textLine } from './text-line.ts';

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** A rotating file in a folder. */
export interface LogFile {
  readonly folder: string;
  readonly name: string;
}

/** Where and how much a process logs. */
export interface LogOptions {
  /** Can be changed later, by `logger.level`. */
  readonly level: Level;
  readonly file?: LogFile;
  /** People reading along (`text`), or a program that does (`json`). Shows nothing below its own level. */
  readonly console?: { readonly level: Level; readonly format: 'text' | 'json'; readonly stream: Writable };
}

/** A logger and the way to end it without losing its last lines. */
export interface Log {
  readonly logger: Logger;
  /** Writes to a file from now on, too; one more when there is one already. */
  addFile(file: LogFile): void;
  close(): Promise<void>;
}

/** The second net under `Secret`: whatever a library may put into a record, at the top or one level down. */
const REDACTED = [
  'token',
  'secret',
  'password',
  'authorization',
  'cookie',
  '["set-cookie"]',
  '["sec-websocket-protocol"]',
];
const redactedPaths = REDACTED.flatMap((name) =>
  name.startsWith('[') ? [name, `*${name}`, `*.*${name}`] : [name, `*.${name}`, `*.*.${name}`],
);

/** A disk that hangs must not keep a process from ending. */
const CLOSE_WITHIN_MS = 500;

/** Opens a log. A file that cannot be written is said once and costs the file, not the process. */
export function createLog({ level, file, console: shown }: LogOptions): Log {
  const files: RotatingFileStream[] = [];
  const flushes: (() => void)[] = [];
  const gathered = (pass: (text: string) => void) => {
    const { stream, flush } = gatheringStream(pass);
    flushes.push(flush);
    return stream;
  };
  const openFile = ({ folder, name }: LogFile): StreamEntry<Level> => {
    const stream = logFileStream(folder, name, (error) => {
      shown?.stream.write(`warning: cannot write ${join(folder, name)}: ${error.message}\n`);
    });
    files.push(stream);
    return { level: 'trace', stream: gathered((text) => void stream.write(text)) };
  };
  const entries: StreamEntry<Level>[] = file === undefined ? [] : [openFile(file)];
  if (shown !== undefined) {
    const show = consoleOf(shown);
    // A program reads it, and keeps it.
    const stream = shown.format === 'json' ? gathered(show) : { write: show };
    entries.push({ level: shown.level, stream });
  }
  const streams = multistream(entries);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: '[secret]' },
      hooks: { streamWrite: escapeC1 },
    },
    streams,
  );
  return {
    logger,
    addFile: (another) => void streams.add(openFile(another)),
    async close() {
      for (const flush of flushes) flush();
      await Promise.all(files.map(endOf));
    },
  };
}

/** A file of mode 0600 in a folder of 0700: rotated at 10 MB to `<name>.1` … `<name>.5`. */
export function logFileStream(folder: string, name: string, onError: (error: Error) => void): RotatingFileStream {
  const path = join(folder, name);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // One that stood there readable by all, from whatever wrote it before; what somebody linked to it stays as it is.
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) chmodSync(path, 0o600);
  } catch {
    // Opening it says what is wrong.
  }
  const generator = (_time: number | Date, index?: number) => (index ? `${name}.${index}` : name);
  const stream = createStream(generator, { path: folder, size: '10M', rotate: 5, mode: 0o600 });
  stream.once('error', onError);
  // Later ones say the same again; without a listener they would end the process.
  stream.on('error', () => {});
  return stream;
}

async function endOf(stream: Writable): Promise<void> {
  if (stream.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    stream.end(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function consoleOf({ format, stream }: NonNullable<LogOptions['console']>): (line: string) => void {
  // A reader that went away (a closed terminal, a dead parent, `| head`) must not end the process.
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return (line) => void stream.write(format === 'json' ? line : textLine(line));
}

/** As pino numbers it. */
const WARN = 40;
/** Has pino say the level of each line in `lastLevel`. */
const WITH_LEVEL = Symbol.for('pino.metadata');

/** Gathers lines; a warning is passed on at once, with all that came before it, for it may be followed by nothing. */
function gatheringStream(pass: (text: string) => void) {
  const batch = createLineBatch(pass);
  const stream = {
    [WITH_LEVEL]: true as const,
    lastLevel: 0,
    write(line: string) {
      batch.write(line);
      if (stream.lastLevel >= WARN) batch.flush();
    },
  };
  return { stream, flush: batch.flush };
}
