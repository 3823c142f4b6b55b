import { randomUUID } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { logFileStream } from '@picoclaw/log';

const MAX_LINES = 2_000;
const MAX_LINE_CHARACTERS = 8_192;

/** A piece of the log from an offset on. */
export interface LogPage {
  readonly logs: readonly string[];
  /** How many lines there have been in this run of the launcher; the offset to ask for next. */
  readonly log_total: number;
  /** Changes when the log starts over, so that offsets of before mean nothing. */
  readonly log_run_id: string;
}

/** What the gateway prints: the last lines in memory, all of it in a rotating file. */
export interface GatewayLog {
  append(line: string): void;
  /** Calls back for each line with its offset; answers with the way to stop. */
  onLine(listener: (line: string, offset: number) => void): () => void;
  page(offset: number, runId: string | undefined): LogPage;
  /** The last lines, oldest first. */
  tail(count: number): string[];
  clear(): void;
  close(): Promise<void>;
}

/** Opens `gateway.log` in the folder. A folder that cannot be written costs the file, not the gateway. */
export function createGatewayLog({ folder, onError }: { folder: string; onError: (error: Error) => void }): GatewayLog {
  const file = logFileStream(folder, 'gateway.log', onError);
  let lines: string[] = [];
  let total = 0;
  let runId: string = randomUUID();
  const listeners = new Set<(line: string, offset: number) => void>();
  return {
    append(line) {
      const safe = safeLine(line);
      if (safe === '') return;
      lines.push(safe);
      total += 1;
      if (lines.length > MAX_LINES) lines.shift();
      file.write(`${safe}\n`);
      for (const listener of listeners) listener(safe, total - 1);
    },
    onLine(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    page(offset, askedRunId) {
      const start = total - lines.length;
      const from = askedRunId === undefined || askedRunId === runId ? Math.max(0, offset - start) : 0;
      return { logs: lines.slice(from), log_total: total, log_run_id: runId };
    },
    tail: (count) => lines.slice(-count),
    clear() {
      lines = [];
      total = 0;
      runId = randomUUID();
    },
    close: () => new Promise((resolve) => file.end(() => resolve())),
  };
}

/** One line of text and nothing that a terminal or a log viewer would obey. */
function safeLine(line: string): string {
  return stripVTControlCharacters(line)
    .replace(/[^\P{Cc}\t]/gu, '')
    .slice(0, MAX_LINE_CHARACTERS);
}
