const SCALARS: readonly string[] = ['string', 'number', 'boolean'];

/** One JSON line of pino as a short line for people: time of day, level, message, fields. Control characters are escaped. */
export function formatLine(line: string): string {
  const { time, level, msg, err, reqId: _id, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const error = (err as { message?: unknown } | undefined)?.message;
  const all = error === undefined ? fields : { ...fields, error };
  const shown = Object.entries(all)
    .filter(([, value]) => SCALARS.includes(typeof value))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? quoted(value) : String(value)}`);
  return [String(time).slice(11, 19), String(level).padEnd(5), escaped(String(msg)), ...shown].join(' ');
}

/** What a client sent must not start a line of its own or colour the terminal. */
const escaped = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);

const quoted = (text: string): string => (/[\s"=]/.test(text) ? JSON.stringify(escaped(text)) : escaped(text));
