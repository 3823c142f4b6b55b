import type { Key } from './keys.ts';
import { editLine, insertText, type LineEdit } from './line-edit.ts';
import { isWanted, type Level, type LogLine, parseLogLine } from './log-line.ts';

/** What the log pane shows. */
export interface LogsState {
  readonly lines: readonly LogLine[];
  /** The least level that is shown. */
  readonly least: Level;
  readonly search: string;
  /** What is being typed into the search, while it is. */
  readonly searching?: LineEdit;
  /** The last line on the screen; undefined follows the end. */
  readonly bottom?: number;
  /** The first column of the text that is shown. */
  readonly shift: number;
}

/** A log of which nothing has been read yet. */
export const emptyLogs: LogsState = { lines: [], least: 'trace', search: '', shift: 0 };

const MAX_LINES = 5_000;
const SHIFT = 20;
/** What the key for the level goes through. */
const STEPS: readonly Level[] = ['trace', 'info', 'warn', 'error'];

/** Adds what was read; of a long log the end is kept. */
export function addLines(logs: LogsState, added: readonly string[]): LogsState {
  const last = logs.lines.at(-1);
  let [number, level] = [last?.number ?? 0, last?.level ?? ('info' as Level)];
  const parsed = added.slice(-MAX_LINES).map((text) => {
    number += 1;
    const line = parseLogLine(text, number, level);
    level = line.level;
    return line;
  });
  return { ...logs, lines: [...logs.lines, ...parsed].slice(-MAX_LINES) };
}

/** The lines that are asked for, oldest first. */
export function wantedLines({ lines, least, search }: LogsState): readonly LogLine[] {
  return least === 'trace' && search === '' ? lines : lines.filter((line) => isWanted(line, least, search));
}

/** The lines on a screen of so many rows. */
export function visibleLines(logs: LogsState, rows: number): readonly LogLine[] {
  const wanted = wantedLines(logs);
  const end = bottomIndex(wanted, logs.bottom) + 1;
  // Scrolled to its beginning a log fills the screen, too.
  const to = Math.max(end, Math.min(rows, wanted.length));
  return wanted.slice(Math.max(0, to - rows), to);
}

function bottomIndex(wanted: readonly LogLine[], bottom: number | undefined): number {
  if (bottom === undefined) return wanted.length - 1;
  return wanted.findLastIndex(({ number }) => number <= bottom);
}

/** What a key does in the log pane; undefined when it does nothing there. */
export function pressInLogs(logs: LogsState, key: Key, rows: number): LogsState | undefined {
  if (logs.searching !== undefined) return pressInSearch(logs, logs.searching, key);
  const moves: Readonly<Record<string, number>> = { up: -1, down: 1, 'page-up': -rows, 'page-down': rows };
  const move = moves[key.name];
  if (move !== undefined) return scroll(logs, move, rows);
  const { bottom: _followed, ...following } = logs;
  if (key.name === 'end' || key.text === 'G' || key.text === 'f') return following;
  if (key.name === 'home' || key.text === 'g') return scroll(logs, Number.NEGATIVE_INFINITY, rows);
  if (key.name === 'left') return { ...logs, shift: Math.max(0, logs.shift - SHIFT) };
  if (key.name === 'right') return { ...logs, shift: logs.shift + SHIFT };
  if (key.text === 'l') return { ...logs, least: STEPS[(STEPS.indexOf(logs.least) + 1) % STEPS.length] ?? 'trace' };
  if (key.text === '/') return { ...logs, searching: { text: logs.search, cursor: logs.search.length } };
  if (key.name === 'escape') return { ...following, search: '', least: 'trace', shift: 0 };
  return undefined;
}

function pressInSearch(logs: LogsState, line: LineEdit, key: Key): LogsState {
  const { searching: _done, ...rest } = logs;
  if (key.name === 'enter') return rest;
  if (key.name === 'escape') return { ...rest, search: '' };
  const isText = key.name === 'text' || key.name === 'paste';
  const edited = isText ? insertText(line, key.text.split(/[\r\n]/)[0] ?? '') : editLine(line, key.name);
  const searching = edited ?? line;
  return { ...logs, searching, search: searching.text };
}

function scroll(logs: LogsState, by: number, rows: number): LogsState {
  const wanted = wantedLines(logs);
  const { bottom, ...following } = logs;
  const last = wanted.length - 1;
  const target = Math.max(Math.min(rows - 1, last), bottomIndex(wanted, bottom) + by);
  const line = wanted[target];
  return line === undefined || target >= last ? following : { ...logs, bottom: line.number };
}
