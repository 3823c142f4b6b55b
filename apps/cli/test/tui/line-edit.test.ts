import { describe, expect, test } from 'vitest';
import { editLine, emptyLine, insertText, type LineEdit, lineWindow } from '../../src/tui/line-edit.ts';

/** A line with its cursor at the bar. */
const line = (marked: string): LineEdit => ({ text: marked.replace('|', ''), cursor: marked.indexOf('|') });
const marked = ({ text, cursor }: LineEdit): string => `${text.slice(0, cursor)}|${text.slice(cursor)}`;

describe('Editing', () => {
  test.each([
    ['left', 'ab|c', 'a|bc'],
    ['left', '|abc', '|abc'],
    ['right', 'a|世c', 'a世|c'],
    ['home', 'ab|c', '|abc'],
    ['end', 'a|bc', 'abc|'],
    ['backspace', 'a👩‍👩‍👧|b', 'a|b'],
    ['backspace', '|ab', '|ab'],
    ['delete', 'a|世b', 'a|b'],
    ['delete', 'ab|', 'ab|'],
    ['ctrl-w', 'one two |x', 'one |x'],
    ['ctrl-u', 'one |two', '|two'],
    ['ctrl-k', 'one |two', 'one |'],
    ['ctrl-left', 'one two|', 'one |two'],
    ['ctrl-right', 'one| two x', 'one two| x'],
    ['ctrl-a', 'ab|', '|ab'],
    ['alt-backspace', 'one two|', 'one |'],
  ])('%s makes of %s %s', (key, before, after) => {
    expect(marked(editLine(line(before), key) ?? emptyLine)).toBe(after);
  });

  test('A key that edits nothing is for somebody else', () => {
    expect(editLine(emptyLine, 'page-up')).toBeUndefined();
  });

  test('Text goes where the cursor is, without what a terminal would obey', () => {
    expect(marked(insertText(line('a|d'), 'b\u001b[31mc\u0001'))).toBe('abc|d');
    expect(marked(insertText(emptyLine, 'one\r\ntwo\tx'))).toBe('one\ntwo  x|');
  });
});

describe('The window of a line', () => {
  test('Shows the part around the cursor, in columns', () => {
    expect(lineWindow(line('abc|'), 10)).toEqual({ text: 'abc', column: 3 });
    expect(lineWindow(line('abcdefgh|'), 4)).toEqual({ text: 'fgh', column: 3 });
    expect(lineWindow(line('世界世|界'), 5)).toEqual({ text: '界世', column: 4 });
  });

  test('Shows a line end as one character', () => {
    expect(lineWindow(line('a\nb|'), 10)).toEqual({ text: 'a↵b', column: 3 });
  });
});
