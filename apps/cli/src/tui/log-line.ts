import { safeLine } from '@picoclaw/log';
import type { Row, Span, SpanStyle } from './row.ts';
import { sliceColumns, widthOf } from './text-width.ts';

/** The levels of a log, the least first. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof LEVELS)[number];

/** A line of the log as it is shown: nothing in it that a terminal would obey. */
export interface LogLine {
  /** Counts the lines; a later one has a greater number. */
  readonly number: number;
  /** `12:34:56`, or empty. */
  readonly clock: string;
  readonly level: Level;
  readonly text: string;
}

const STYLES: Readonly<Record<Level, SpanStyle>> = {
  ...{ trace: 'dim', debug: 'dim', info: 'good', warn: 'warn', error: 'bad', fatal: 'bad' },
};
/** Shown in a column of their own, or of use to programs alone. */
const HIDDEN = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'v']);
/** What `textLine` of the log package prints for people. */
const TEXT_LINE = /^(\d\d:\d\d:\d\d) (trace|debug|info|warn|error|fatal) +(.*)$/;

/** Reads a line: a record of pino, what a gateway prints for people, or anything else, which has the level of the line before. */
export function parseLogLine(line: string, number: number, levelBefore: Level): LogLine {
  const safe = safeLine(line).replaceAll('\t', '  ');
  const record = recordIn(safe);
  if (record !== undefined) return { number, ...record };
  const [, clock = '', level = levelBefore, text = safe] = TEXT_LINE.exec(safe) ?? [];
  return { number, clock, level: level as Level, text };
}

function recordIn(line: string): Omit<LogLine, 'number'> | undefined {
  if (!line.startsWith('{')) return undefined;
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const fields = Object.entries(record).filter(([name]) => !HIDDEN.has(name));
  const message = typeof record['msg'] === 'string' ? record['msg'] : '';
  const text = [message, ...fields.map(([name, value]) => `${name}=${fieldText(value)}`)].join(' ');
  // JSON has its own way to write what a terminal would obey.
  return {
    clock: clockOf(record['time']),
    level: levelOf(record['level']),
    text: safeLine(text).replaceAll('\t', '  '),
  };
}

function fieldText(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function levelOf(level: unknown): Level {
  if (typeof level === 'number') return LEVELS[Math.min(5, Math.max(0, Math.floor(level / 10) - 1))] ?? 'info';
  return LEVELS.find((known) => known === level) ?? 'info';
}

function clockOf(time: unknown): string {
  if (typeof time !== 'string' && typeof time !== 'number') return '';
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : date.toTimeString().slice(0, 8);
}

/** The one row of a line: from column `shift` on, with what was searched for set off. */
export function logRow(line: LogLine, { width, shift, search }: LogLook): Row {
  const head: Span[] = [
    { text: line.clock === '' ? '' : `${line.clock} `, style: 'dim' },
    { text: `${line.level.padEnd(5)} `, style: STYLES[line.level] },
  ];
  const room = width - head.reduce((sum, { text }) => sum + widthOf(text), 0);
  const rest = widthOf(line.text) - shift;
  const text = rest <= room ? sliceColumns(line.text, shift, room) : `${sliceColumns(line.text, shift, room - 1)}…`;
  return [...head, ...setOff(text, search)];
}

/** How lines are shown. */
interface LogLook {
  readonly width: number;
  readonly shift: number;
  readonly search: string;
}

function setOff(text: string, search: string): Span[] {
  if (search === '') return [{ text }];
  const spans: Span[] = [];
  const [haystack, needle] = [text.toLowerCase(), search.toLowerCase()];
  let from = 0;
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, from)) {
    spans.push({ text: text.slice(from, at) }, { text: text.slice(at, at + search.length), style: 'selected' });
    from = at + search.length;
  }
  return [...spans, { text: text.slice(from) }];
}

/** Whether a line is among those that are asked for. */
export function isWanted(line: LogLine, least: Level, search: string): boolean {
  const hasLevel = LEVELS.indexOf(line.level) >= LEVELS.indexOf(least);
  return hasLevel && (search === '' || line.text.toLowerCase().includes(search.toLowerCase()));
}
