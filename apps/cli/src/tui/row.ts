import { cutText, widthOf } from './text-width.ts';

/** How a piece of text looks; `theme.ts` says which colours that is. */
export type SpanStyle = 'plain' | 'dim' | 'bold' | 'good' | 'warn' | 'bad' | 'accent' | 'selected';

/** A piece of a row. */
export interface Span {
  readonly text: string;
  readonly style?: SpanStyle;
}

/** One row of the screen, as wide as its pane or less. */
export type Row = readonly Span[];

/** A row of one style. */
export const rowOf = (text: string, style: SpanStyle = 'plain'): Row => [{ text, style }];

/** The text of a row without its looks. */
export const textOf = (row: Row): string => row.map(({ text }) => text).join('');

/** A row of at most `width` columns. */
export function cutRow(row: Row, width: number): Row {
  let left = width;
  return row.flatMap((span): Span[] => {
    if (left <= 0) return [];
    const text = cutText(span.text, left);
    // What was cut ends here, however much room the mark of it left.
    left = text === span.text ? left - widthOf(text) : 0;
    return [{ ...span, text }];
  });
}

/** Exactly `count` rows: what is too much at the end is left out, what is missing is empty. */
export function fillRows(rows: readonly Row[], count: number): Row[] {
  return Array.from({ length: Math.max(0, count) }, (_, index) => rows[index] ?? []);
}

/** A row with one text at its left and one at its right edge; the right one goes first where both do not fit. */
export function spread(left: Row, right: Row, width: number): Row {
  const gap = width - widthOf(textOf(left)) - widthOf(textOf(right));
  return gap < 1 ? cutRow(left, width) : [...left, { text: ' '.repeat(gap) }, ...right];
}
