import { describe, expect, test } from 'vitest';
import { charactersOf, cutText, sliceColumns, widthOf, wrapLine } from '../../src/tui/text-width.ts';

const FAMILY = '👩‍👩‍👧';

describe('Columns', () => {
  test.each([
    ['hello', 5],
    ['世界', 4],
    ['👋', 2],
    [FAMILY, 2],
    ['e\u0301', 1],
    ['', 0],
  ])('%s takes %i', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  test('A family is one character', () => {
    expect(charactersOf(`a${FAMILY}世`)).toEqual(['a', FAMILY, '世']);
  });

  test('Half a wide character is a space', () => {
    expect(sliceColumns('世界', 1, 3)).toBe(' 界');
    expect(sliceColumns('世界', 0, 3)).toBe('世');
  });

  test('What is cut says so and never is wider than asked', () => {
    expect(cutText('hello', 5)).toBe('hello');
    expect(cutText('hello!', 5)).toBe('hell…');
    expect(cutText('世界世界', 5)).toBe('世界…');
    expect(cutText('世界', 2)).toBe('…');
    expect(cutText('hello', 0)).toBe('');
  });
});

describe('Wrapping', () => {
  test('Breaks between words, and the break stands for the space', () => {
    expect(wrapLine('one two three', 8)).toEqual(['one two', 'three']);
  });

  test('Breaks what is longer than a row', () => {
    expect(wrapLine('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrapLine('世界世界世', 5)).toEqual(['世界', '世界', '世']);
  });

  test('Keeps an empty line and the indent of one', () => {
    expect(wrapLine('', 4)).toEqual(['']);
    expect(wrapLine('  if x', 10)).toEqual(['  if x']);
  });

  test('No row is wider than the pane, whatever is in the line', () => {
    const parts = ['a', ' ', '   ', '世', FAMILY, 'longer-than-the-row', 'e\u0301'];
    for (let seed = 1; seed < 500; seed += 1) {
      const line = Array.from({ length: 30 }, (_, index) => parts[(seed * (index + 7) * 31) % parts.length]).join('');
      for (const width of [2, 5, 13, 40]) {
        const rows = wrapLine(line, width);
        expect(Math.max(...rows.map(widthOf))).toBeLessThanOrEqual(width);
        expect(rows.join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''));
      }
    }
  });
});
