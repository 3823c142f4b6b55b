import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createLogTail, type LogTail, safeLine } from '@picoclaw/log';
import { createLogFile } from './log-file.ts';

const MAX_LINES = 2_000;
const FILE_NAME = 'gateway.log';

/** A piece of the log from an offset on. */
export interface LogPage {
  readonly logs: readonly string[];
  /** How many lines there have been in this run; the offset to ask for next. */
  readonly log_total: number;
  /** Changes when the log starts over, so that offsets of before mean nothing. */
  readonly log_run_id: string;
}

/** Told of each line with its offset. */
export type LineListener = (line: string, offset: number) => void;

/** What the gateway prints: the last lines in memory, all of it in a rotating file. */
export interface GatewayLog {
  /** A line of the gateway that this launcher has started. */
  append(line: string): void;
  /** From now on the lines are those of a gateway that somebody else has started, which keeps its own file. */
  follow(): void;
  /** Takes in what the followed file has got since; nobody asking, nobody reads. */
  refresh(): void;
  page(offset: number, runId: string | undefined): LogPage;
  /** The last lines, oldest first. */
  tail(count: number): string[];
  /** Answers with the way to stop. */
  onLine(listener: LineListener): () => void;
  clear(): void;
  close(): Promise<void>;
}

interface LogOptions {
  readonly folder: string;
  readonly onError: (error: Error) => void;
}

/** The log in `gateway.log` of the folder. A folder that cannot be written costs the file, not the gateway. */
export function createGatewayLog({ folder, onError }: LogOptions): GatewayLog {
  const listeners = new Set<LineListener>();
  const file = createLogFile({ folder, name: FILE_NAME, onError });
  let tail: LogTail | undefined;
  let lines: string[] = [];
  let total = 0;
  let runId: string = randomUUID();
  let isClosed = false;

  const clear = () => {
    lines = [];
    total = 0;
    runId = randomUUID();
  };
  const take = (line: string): string => {
    const safe = safeLine(line);
    if (safe === '') return safe;
    lines.push(safe);
    total += 1;
    if (lines.length > MAX_LINES) lines.shift();
    for (const listener of listeners) listener(safe, total - 1);
    return safe;
  };
  return {
    append(line) {
      // Opened for as long as this process is the one that writes: the other one rotates it too.
      if (tail !== undefined) clear();
      tail = undefined;
      const safe = take(line);
      if (safe !== '' && !isClosed) file.write(safe);
    },
    follow() {
      if (tail !== undefined) return;
      void file.release();
      clear();
      tail = createLogTail(join(folder, FILE_NAME));
    },
    refresh() {
      // More than are kept would only run through, and past everybody who listens.
      for (const line of tail?.read().slice(-MAX_LINES) ?? []) take(line);
    },
    page(offset, askedRunId) {
      const start = total - lines.length;
      const isSameRun = askedRunId === undefined || askedRunId === runId;
      const from = isSameRun && offset <= total ? Math.max(0, offset - start) : 0;
      return { logs: lines.slice(from), log_total: total, log_run_id: runId };
    },
    tail: (count) => lines.slice(-count),
    onLine(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear,
    close() {
      // A gateway that is kept prints on, and keeps the file itself from now on.
      isClosed = true;
      return file.release();
    },
  };
}
