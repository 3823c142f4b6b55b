const HIDDEN_FIELDS = new Set(['level', 'time', 'msg', 'code', 'reqId', 'err']);

/** JSON escapes the controls below U+0020; terminals obey those from U+0080 on as well (ECMA-48, 5.3). */
export const escapeC1 = (line: string): string =>
  line.replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);

/** One JSON record as a short line for people, `12:34:56 warn  refused: unknown Host host="x"`; always one line. */
export function textLine(json: string): string {
  const record = JSON.parse(json) as { level: string; time: string; msg?: string; err?: { message?: string } };
  const clock = new Date(record.time).toTimeString().slice(0, 8);
  const error = record.err?.message === undefined ? [] : [['error', record.err.message] as const];
  const fields = [...Object.entries(record).filter(([name]) => !HIDDEN_FIELDS.has(name)), ...error].map(
    ([name, value]) => `${name}=${escapeC1(JSON.stringify(value))}`,
  );
  // What a client sent must not start a line of its own or colour the terminal; in the fields, JSON has seen to that.
  return `${[clock, record.level.padEnd(5), (record.msg ?? '').replace(/\p{Cc}/gu, '?'), ...fields].join(' ')}\n`;
}
