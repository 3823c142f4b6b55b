/** From the least to the most urgent. */
export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

/** A line as it is shown. */
export interface LogLine {
  /** The time of day as far as the line tells one. */
  readonly clock: string;
  /** Unix ms, where the line tells the date too. */
  readonly time?: number;
  readonly level?: Level;
  readonly text: string;
  /** What a JSON line carries. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

const aliases: Readonly<Record<string, Level>> = {
  ...{ trace: 'debug', trc: 'debug', debug: 'debug', dbg: 'debug' },
  ...{ info: 'info', inf: 'info', notice: 'info' },
  ...{ warn: 'warn', wrn: 'warn', warning: 'warn' },
  ...{ error: 'error', err: 'error', fatal: 'error', ftl: 'error', panic: 'error' },
};
const WORD = Object.keys(aliases).join('|');

/** `12:34:56 warn  text` and its like: an optional date, a time, a level. */
const STAMPED = new RegExp(
  String.raw`^\[?(\d{4}[-/]\d\d[-/]\d\d[T ])?(\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d| ?[AP]M)?)\]?\s+(?:\[?(${WORD})\]?:?\s+)?(.*)$`,
  'i',
);
/** A level further on, in what nobody has put in order: only near the beginning, not in somebody's prose. */
const UNORDERED = new RegExp(String.raw`^.{0,40}?\b(${WORD})\b`, 'i');

/** Takes a line apart: a JSON record (pino, zerolog), a stamped line, or just text. Every text is a line. */
export function parseLogLine(raw: string): LogLine {
  const record = raw.startsWith('{') ? parseRecord(raw) : undefined;
  if (record !== undefined) return recordLine(record);
  const [, date, clock, word, text] = STAMPED.exec(raw) ?? [];
  if (clock === undefined || text === undefined) return { clock: '', text: raw, ...levelOf(UNORDERED.exec(raw)?.[1]) };
  const time = date === undefined ? Number.NaN : Date.parse(`${date.slice(0, 10)}T${clock}`);
  const level = levelOf(word ?? UNORDERED.exec(text)?.[1]);
  return { clock, text, ...level, ...(Number.isNaN(time) ? {} : { time, clock: clockOf(time) }) };
}

function parseRecord(raw: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Cut off, or only looks like one.
    return undefined;
  }
}

const SHOWN_APART = new Set(['level', 'time', 'ts', 'timestamp', 'msg', 'message', 'err']);

function recordLine(fields: Record<string, unknown>): LogLine {
  const time = timeOf(fields['time'] ?? fields['ts'] ?? fields['timestamp']);
  const error = (fields['err'] as { message?: unknown } | null | undefined)?.message ?? fields['err'];
  const rest = Object.entries(fields).filter(([name]) => !SHOWN_APART.has(name));
  if (error !== undefined) rest.push(['error', error]);
  const message = fields['msg'] ?? fields['message'];
  const words = rest.map(
    ([name, value]) => `${name}=${typeof value === 'string' ? plain(value) : JSON.stringify(value)}`,
  );
  if (message !== undefined) words.unshift(String(message).replaceAll(/\s*\n\s*/g, ' '));
  return {
    clock: time === undefined ? '' : clockOf(time),
    text: words.join('  '),
    fields,
    ...(time === undefined ? {} : { time }),
    ...levelOf(fields['level']),
  };
}

/** Quoted only where it would not be one word. */
const plain = (value: string): string => (/^[^\s"=]+$/.test(value) ? value : JSON.stringify(value));

/** A level by its name, or by pino's number. */
function levelOf(given: unknown): { level?: Level } {
  if (typeof given === 'number') {
    return { level: given >= 50 ? 'error' : given >= 40 ? 'warn' : given >= 30 ? 'info' : 'debug' };
  }
  const name = typeof given === 'string' ? given.toLowerCase() : '';
  const level = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  return level === undefined ? {} : { level };
}

/** Unix ms from ISO 8601, or from a number of seconds or milliseconds. */
function timeOf(given: unknown): number | undefined {
  const time = typeof given === 'number' ? (given < 1e11 ? given * 1000 : given) : Date.parse(String(given));
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? time : undefined;
}

/** The person's time of day, to the millisecond. */
function clockOf(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const millis = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`;
}
