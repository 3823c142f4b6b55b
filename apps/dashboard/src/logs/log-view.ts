import { type Level, levels } from './log-line.ts';
import { isLine, type LogEntry } from './log-store.ts';

/** What a person wants to see: lines at least this urgent that contain the text, whatever its case. */
export interface LogFilter {
  readonly level: Level | 'all';
  readonly query: string;
}

/** What is left of the entries. */
export interface LogView {
  readonly filter: LogFilter;
  readonly entries: readonly LogEntry[];
  /** Without the breaks. */
  readonly lineCount: number;
  /** The newest that was looked at. */
  readonly lastId: number;
}

/** The entries that pass; of what the view before has looked at nothing is looked at again. */
export function nextLogView(before: LogView | undefined, all: readonly LogEntry[], filter: LogFilter): LogView {
  const firstId = all[0]?.id ?? 0;
  const lastId = all.at(-1)?.id ?? -1;
  const isSame = before?.filter.level === filter.level && before.filter.query === filter.query;
  const old = isSame && lastId >= before.lastId ? before : undefined;
  const passes = passing(filter);
  const fresh = all.slice(old === undefined ? 0 : Math.max(0, old.lastId + 1 - firstId)).filter(passes);
  const kept = old === undefined ? [] : notBefore(old.entries, firstId);
  const entries = fresh.length === 0 ? kept : [...kept, ...fresh];
  return { filter, entries, lineCount: entries.filter(isLine).length, lastId };
}

function notBefore(entries: readonly LogEntry[], firstId: number): readonly LogEntry[] {
  const from = entries.findIndex(({ id }) => id >= firstId);
  return from === 0 ? entries : from < 0 ? [] : entries.slice(from);
}

function passing({ level, query }: LogFilter): (entry: LogEntry) => boolean {
  const wanted = query.toLowerCase();
  const least = level === 'all' ? -1 : levels.indexOf(level);
  return (entry) => {
    // Where lines are missing matters to who reads on, not to who looks for something.
    if (entry.kind === 'break') return wanted === '';
    // What tells no level is as good as information.
    if (levels.indexOf(entry.level ?? 'info') < least) return false;
    return wanted === '' || `${entry.clock}\n${entry.text}`.toLowerCase().includes(wanted);
  };
}

/** Cuts a text so that every second piece is a match of the query. */
export function cutAtMatches(text: string, query: string): string[] {
  if (query === '') return [text];
  return text.split(new RegExp(`(${query.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')})`, 'i'));
}

/** The lines as they came, to be kept as a file. */
export function logFileText(entries: readonly LogEntry[]): string {
  return entries.map((entry) => (entry.kind === 'line' ? `${entry.raw}\n` : '')).join('');
}
