import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { type Logger, multistream, pino, type StreamEntry } from 'pino';
import { createStream } from 'rotating-file-stream';

type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Where and how much a process logs. */
export interface LogOptions {
  readonly level: Level;
  /** A file `<name>` in a folder, rotated at 10 MB, five kept, mode 0600. */
  readonly file?: { readonly folder: string; readonly name: string };
  /** People reading along; JSON lines for programs that do. */
  readonly console?: { readonly level: Level; readonly format: 'text' | 'json'; readonly stream?: Writable };
}

/** A logger and the way to end it without losing its last lines. */
export interface Log {
  readonly logger: Logger;
  close(): Promise<void>;
}

/** The second net under `Secret`: whatever a library may put into a record. */
const REDACTED = ['authorization', 'cookie', '["set-cookie"]', '["sec-websocket-protocol"]'].flatMap((name) => {
  const key = name.startsWith('[') ? name : `.${name}`;
  return [`req.headers${key}`, `res.headers${key}`, `headers${key}`];
});
const REDACTED_FIELDS = ['token', '*.token', 'password', '*.password'];

/** Opens a log. A file that cannot be written is said once and costs the file, not the process. */
export function createLog({ level, file, console: shown }: LogOptions): Log {
  const entries: StreamEntry[] = [];
  const files: ReturnType<typeof logFileStream>[] = [];
  if (file !== undefined) {
    const stream = logFileStream(file.folder, file.name, (error) => {
      process.stderr.write(`warning: cannot write ${join(file.folder, file.name)}: ${error.message}\n`);
    });
    files.push(stream);
    entries.push({ level, stream });
  }
  if (shown !== undefined) entries.push({ level: shown.level, stream: consoleStream(shown) });
  const options = { level, base: null, redact: { paths: [...REDACTED, ...REDACTED_FIELDS], censor: '[secret]' } };
  const logger = pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, multistream(entries));
  return {
    logger,
    async close() {
      await Promise.all(files.map((stream) => new Promise<void>((resolve) => stream.end(() => resolve()))));
    },
  };
}

/** A rotating file of mode 0600: also one that stood there readable by all. */
export function logFileStream(folder: string, name: string, onError: (error: Error) => void) {
  const stream = createStream(name, { path: folder, size: '10M', maxFiles: 5, mode: 0o600 });
  stream.once('error', onError);
  // Later ones say the same again; without a listener they would end the process.
  stream.on('error', () => {});
  stream.once('open', (path) => {
    try {
      chmodSync(path, 0o600);
    } catch {
      // Not ours: then its owner decides who reads it.
    }
  });
  return stream;
}

function consoleStream({ format, stream = process.stdout }: NonNullable<LogOptions['console']>): {
  write(line: string): void;
} {
  // A reader that went away (a closed terminal, `| head`) must not end the process.
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return format === 'json' ? stream : { write: (line) => void stream.write(textLine(line)) };
}

const HIDDEN_FIELDS = new Set(['level', 'time', 'msg', 'code', 'reqId']);

/** `12:34:56 WARN  refused: unknown Host host="x"`: a record for people, always one line. */
function textLine(line: string): string {
  const record = JSON.parse(line) as { level: number; time: string; msg?: string };
  const clock = new Date(record.time).toTimeString().slice(0, 8);
  const level = (pino.levels.labels[record.level] ?? '').toUpperCase().padEnd(5);
  const fields = Object.entries(record)
    .filter(([name]) => !HIDDEN_FIELDS.has(name))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  // JSON escapes control characters; a message may hold some too.
  return `${[clock, level, (record.msg ?? '').replace(/\p{Cc}/gu, '?'), ...fields].join(' ')}\n`;
}
