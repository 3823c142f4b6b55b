import type { LogPage } from '../api/logs.ts';
import type { Refusal, Reply } from '../api/request.ts';

/** Where the lines end up. */
export interface LogSink {
  addLines(lines: readonly string[]): void;
  /** Lines are missing here (`count`), or the log starts over (undefined). */
  addBreak(missing?: number): void;
  /** How the last asking went: undefined when well. */
  asked(refusal: Refusal | undefined): void;
}

interface LogFeedOptions {
  readonly fetchPage: (offset: number, runId: string | undefined) => Promise<Reply<LogPage>>;
  readonly sink: LogSink;
  /** Runs something later; answers with the way not to. */
  readonly later?: (run: () => void, delayMs: number) => () => void;
}

/** Puts the lines of pages and of events together: each once, in order, and what is missing is said. */
export interface LogFeed {
  takeEvent(line: string, offset: number): void;
  /** Asks for what has come since. */
  refresh(): void;
  /** Forgets where it was: whatever comes next is the beginning. */
  startOver(): void;
  close(): void;
}

interface HeldLine {
  readonly line: string;
  readonly offset: number;
  /** Not after the event before it: of another run, or old news. */
  readonly isBackward: boolean;
}

/** More than the launcher keeps need not be remembered: a page has them. */
const MAX_HELD = 2_000;
const SPACING_MS = 250;
const RETRY_MS = 3_000;

const laterByTimer: NonNullable<LogFeedOptions['later']> = (run, delayMs) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

/**
 * Events carry no run, so whatever does not simply follow (a hole, a number that goes back) is held until a page of the
 * launcher has said how things are.
 */
export function createLogFeed({ fetchPage, sink, later = laterByTimer }: LogFeedOptions): LogFeed {
  let runId: string | undefined;
  let next = 0;
  let lastEvent = -1;
  let page: LogPage | undefined;
  let held: HeldLine[] = [];
  let state: 'idle' | 'fetching' | 'waiting' = 'idle';
  let isAskedAgain = false;
  let stopWaiting = () => {};
  // What was asked before starting over, or before the end, is nobody's any more.
  let epoch = 0;

  const wait = (delayMs: number) => {
    state = 'waiting';
    stopWaiting = later(() => void ask(), delayMs);
  };
  const ask = async () => {
    const asked = epoch;
    const known = held.length;
    state = 'fetching';
    isAskedAgain = false;
    const reply = await fetchPage(next, runId);
    if (asked !== epoch) return;
    sink.asked(reply.ok ? undefined : reply);
    if (!reply.ok) return wait(RETRY_MS);
    takePage(reply.value);
    settle(known);
    if (isAskedAgain || held.length > 0) wait(SPACING_MS);
    else state = 'idle';
  };
  const takePage = (fresh: LogPage) => {
    const first = fresh.log_total - fresh.logs.length;
    if (fresh.log_run_id !== runId) {
      if (runId !== undefined) sink.addBreak();
      next = first;
    } else if (first > next) {
      sink.addBreak(first - next);
      next = first;
    }
    const lines = fresh.logs.slice(next - first);
    if (lines.length > 0) sink.addLines(lines);
    next = Math.max(next, fresh.log_total);
    runId = fresh.log_run_id;
    page = fresh;
  };
  /** The first `known` came before the launcher was asked: the page has them, or they are of a run that is over. */
  const settle = (known: number) => {
    const open = held.slice(known);
    held = [];
    for (const [index, { line, offset, isBackward }] of open.entries()) {
      if (isBackward || offset > next) {
        held = open.slice(index);
        return;
      }
      if (offset < next) continue;
      next += 1;
      sink.addLines([line]);
    }
  };
  /** Came with the last page already. */
  const isDouble = ({ line, offset, isBackward }: HeldLine) => {
    if (isBackward || page === undefined || offset >= next) return false;
    return page.logs[offset - (page.log_total - page.logs.length)] === line;
  };
  const forget = () => {
    epoch += 1;
    stopWaiting();
    [runId, next, lastEvent, page, held] = [undefined, 0, -1, undefined, []];
    state = 'idle';
  };
  return {
    takeEvent(line, offset) {
      const piece = { line, offset, isBackward: offset <= lastEvent };
      lastEvent = offset;
      if (state === 'idle' && runId !== undefined) {
        if (isDouble(piece)) return;
        if (offset === next && !piece.isBackward) {
          next += 1;
          sink.addLines([line]);
          return;
        }
      }
      held.push(piece);
      if (held.length > MAX_HELD) held.shift();
      if (state === 'idle') void ask();
    },
    refresh() {
      if (state === 'idle') void ask();
      else isAskedAgain = true;
    },
    startOver() {
      forget();
      void ask();
    },
    close: forget,
  };
}
