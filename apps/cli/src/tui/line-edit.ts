import { plainLine } from '@picoclaw/log';
import { charactersOf, sliceColumns, widthOf } from './text-width.ts';

/** A line that is being typed; the cursor stands before the code unit of its number. */
export interface LineEdit {
  readonly text: string;
  readonly cursor: number;
}

/** A line with nothing in it. */
export const emptyLine: LineEdit = { text: '', cursor: 0 };

/** Puts a text where the cursor is: what a terminal would obey is left out, a tab is two spaces. */
export function insertText({ text, cursor }: LineEdit, added: string): LineEdit {
  const lines = added.replaceAll('\t', '  ').split(/\r\n|\r|\n/);
  const clean = lines.map(plainLine).join('\n');
  return { text: text.slice(0, cursor) + clean + text.slice(cursor), cursor: cursor + clean.length };
}

/** What a key does to the line; undefined when it does nothing there. */
export function editLine(line: LineEdit, key: string): LineEdit | undefined {
  return edits[key]?.(line);
}

const before = ({ text, cursor }: LineEdit) => text.slice(0, cursor);
const after = ({ text, cursor }: LineEdit) => text.slice(cursor);
const toCursor = (line: LineEdit, cursor: number): LineEdit => ({ ...line, cursor });

const oneLeft = (line: LineEdit) => line.cursor - (charactersOf(before(line)).at(-1)?.length ?? 0);
const oneRight = (line: LineEdit) => line.cursor + (charactersOf(after(line))[0]?.length ?? 0);
const wordLeft = (line: LineEdit) => before(line).replace(/\S+\s*$|\s+$/, '').length;
const wordRight = (line: LineEdit) => line.cursor + (/^\s*\S+/.exec(after(line))?.[0].length ?? after(line).length);

const cutBack = (line: LineEdit, from: number): LineEdit => ({
  text: line.text.slice(0, from) + after(line),
  cursor: from,
});

const edits: Readonly<Record<string, (line: LineEdit) => LineEdit>> = {
  left: (line) => toCursor(line, oneLeft(line)),
  right: (line) => toCursor(line, oneRight(line)),
  home: (line) => toCursor(line, 0),
  end: (line) => toCursor(line, line.text.length),
  backspace: (line) => cutBack(line, oneLeft(line)),
  delete: (line) => ({ ...line, text: before(line) + line.text.slice(oneRight(line)) }),
  'ctrl-left': (line) => toCursor(line, wordLeft(line)),
  'ctrl-right': (line) => toCursor(line, wordRight(line)),
  'ctrl-w': (line) => cutBack(line, wordLeft(line)),
  'ctrl-u': (line) => cutBack(line, 0),
  'ctrl-k': (line) => ({ ...line, text: before(line) }),
};
for (const [key, same] of [
  ['ctrl-b', 'left'],
  ['ctrl-f', 'right'],
  ['ctrl-a', 'home'],
  ['ctrl-e', 'end'],
  ['ctrl-h', 'backspace'],
  ['ctrl-d', 'delete'],
  ['alt-b', 'ctrl-left'],
  ['alt-f', 'ctrl-right'],
  ['alt-backspace', 'ctrl-w'],
] as const) {
  Object.assign(edits, { [key]: edits[same] });
}

/** The part of a line around its cursor that fits into `width` columns, and the column of the cursor there. */
export function lineWindow(line: LineEdit, width: number): { readonly text: string; readonly column: number } {
  // As wide as what it stands for is in the text, so that the columns stay right.
  const shown = (text: string) => text.replaceAll('\n', '↵');
  const column = widthOf(shown(before(line)));
  const from = Math.max(0, column - width + 1);
  return { text: sliceColumns(shown(line.text), from, width), column: column - from };
}
