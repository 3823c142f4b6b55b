import type { Refusal } from '../api/request.ts';
import type { LogSink } from './log-feed.ts';
import { type LogLine, parseLogLine } from './log-line.ts';

/** A line, or where lines are missing. `id` grows from the oldest to the newest, without holes. */
export type LogEntry =
  | ({ readonly kind: 'line'; readonly id: number; readonly raw: string } & LogLine)
  | { readonly kind: 'break'; readonly id: number; readonly missing?: number };

/** What there is at a moment; it never changes. */
export interface LogSnapshot {
  /** Oldest first. */
  readonly entries: readonly LogEntry[];
  /** The entries without the breaks. */
  readonly lineCount: number;
  /** How many lines have come so far, those included that are kept no more. */
  readonly received: number;
  /** False until the launcher has answered for the first time. */
  readonly isLoaded: boolean;
  readonly refusal?: Refusal;
}

/** The last lines, outside React: however fast they come, who listens is told a few times a second. */
export interface LogStore extends LogSink {
  snapshot(): LogSnapshot;
  subscribe(listener: () => void): () => void;
  clear(): void;
}

const MAX_ENTRIES = 10_000;
/** So that a search through long lines stays as quick as one through many. */
const MAX_CHARACTERS = 8_000_000;
const SPACING_MS = 100;

interface StoreOptions {
  readonly requestFrame?: (run: (now: number) => void) => void;
}

export function createLogStore({ requestFrame = (run) => requestAnimationFrame(run) }: StoreOptions = {}): LogStore {
  const listeners = new Set<() => void>();
  let snapshot: LogSnapshot = { entries: [], lineCount: 0, received: 0, isLoaded: false };
  let entries: LogEntry[] = [];
  let characters = 0;
  let received = 0;
  let nextId = 0;
  let answer: { isLoaded: boolean; refusal?: Refusal } = { isLoaded: false };
  let isPlanned = false;
  let lastTold = Number.NEGATIVE_INFINITY;

  const tell = (now: number) => {
    if (now - lastTold < SPACING_MS) return requestFrame(tell);
    lastTold = now;
    isPlanned = false;
    trim();
    snapshot = { entries: entries.slice(), lineCount: entries.filter(isLine).length, received, ...answer };
    for (const listener of listeners) listener();
  };
  const plan = () => {
    if (isPlanned) return;
    isPlanned = true;
    requestFrame(tell);
  };
  const trim = () => {
    let surplus = Math.max(0, entries.length - MAX_ENTRIES);
    for (const entry of entries.slice(0, surplus)) characters -= sizeOf(entry);
    for (; characters > MAX_CHARACTERS; surplus += 1) characters -= sizeOf(entries[surplus]);
    entries = entries.slice(surplus);
  };
  const add = (entry: LogEntry) => {
    entries.push(entry);
    characters += sizeOf(entry);
    nextId += 1;
    // A page in the background gets no frames, and still has to forget.
    if (entries.length > 2 * MAX_ENTRIES || characters > 2 * MAX_CHARACTERS) trim();
    plan();
  };
  return {
    snapshot: () => snapshot,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    addLines(lines) {
      received += lines.length;
      for (const raw of lines) add({ kind: 'line', id: nextId, raw, ...parseLogLine(raw) });
    },
    addBreak(missing) {
      add({ kind: 'break', id: nextId, ...(missing === undefined ? {} : { missing }) });
    },
    asked(refusal) {
      answer = { isLoaded: answer.isLoaded || refusal === undefined, ...(refusal === undefined ? {} : { refusal }) };
      plan();
    },
    clear() {
      entries = [];
      characters = 0;
      plan();
    },
  };
}

/** Whether it is a line, and not where lines are missing. */
export const isLine = (entry: LogEntry): boolean => entry.kind === 'line';

const sizeOf = (entry: LogEntry | undefined): number => (entry?.kind === 'line' ? entry.raw.length : 0);
