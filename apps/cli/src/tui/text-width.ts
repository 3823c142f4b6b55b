import stringWidth from 'string-width';

/** What everybody agrees on: one column for each character. */
const PLAIN = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** How many columns of a terminal a text takes; a Chinese character or an emoji takes two. */
export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** What a person takes for one character each: an emoji of several code points is one. */
export function charactersOf(text: string): string[] {
  return PLAIN.test(text) ? [...text] : [...graphemes.segment(text)].map(({ segment }) => segment);
}

/** The part of a text from column `from` on that fits into `width` columns; half a wide character becomes a space. */
export function sliceColumns(text: string, from: number, width: number): string {
  if (PLAIN.test(text)) return text.slice(from, from + width);
  let slice = '';
  let column = 0;
  for (const character of charactersOf(text)) {
    const next = column + widthOf(character);
    if (next > from + width) break;
    if (column >= from) slice += character;
    else if (next > from) slice += ' '.repeat(next - from);
    column = next;
  }
  return slice;
}

/** A text of at most `width` columns, which ends in `…` where something was left out. */
export function cutText(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return width < 1 ? '' : `${sliceColumns(text, 0, width - 1)}…`;
}

/** A line in rows of at most `width` columns: broken between words, and within what is longer than a row. */
export function wrapLine(line: string, width: number): string[] {
  if (widthOf(line) <= width) return [line];
  const rows: string[] = [];
  let row = '';
  let used = 0;
  const flush = () => {
    rows.push(row.trimEnd());
    row = '';
    used = 0;
  };
  for (const token of line.split(/(\s+)/)) {
    const isSpace = token.trim() === '';
    const tokenWidth = widthOf(token);
    if (used + tokenWidth > width && tokenWidth <= width && used > 0) {
      flush();
      // The break stands for the space.
      if (isSpace) continue;
    }
    for (const piece of tokenWidth <= width ? [token] : charactersOf(token)) {
      const pieceWidth = widthOf(piece);
      if (used + pieceWidth > width && used > 0) flush();
      row += piece;
      used += pieceWidth;
    }
  }
  if (row !== '' || rows.length === 0) flush();
  return rows;
}
