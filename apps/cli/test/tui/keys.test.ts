import { afterEach, describe, expect, test, vi } from 'vitest';
import { createKeyReader, type Key } from '../../src/tui/keys.ts';

afterEach(() => vi.useRealTimers());

/** The keys of what a terminal sends, piece by piece; then nothing more comes. */
function keysOf(...chunks: readonly string[]): string[] {
  vi.useFakeTimers();
  const keys: Key[] = [];
  const reader = createKeyReader((key) => keys.push(key));
  for (const chunk of chunks) reader.push(chunk);
  vi.runAllTimers();
  reader.close();
  return keys.map(({ name, text }) => (text === '' ? name : `${name}:${text}`));
}

describe('Keys', () => {
  test.each([
    ['\r', 'enter'],
    ['\t', 'tab'],
    ['\u007f', 'backspace'],
    ['\u0003', 'ctrl-c'],
    ['\n', 'ctrl-j'],
    ['\u001b[A', 'up'],
    ['\u001bOA', 'up'],
    ['\u001b[3~', 'delete'],
    ['\u001b[5~', 'page-up'],
    ['\u001b[Z', 'shift-tab'],
    ['\u001b[1;5D', 'ctrl-left'],
    ['\u001bb', 'alt-b'],
    ['\u001b\r', 'alt-enter'],
    ['\u001b', 'escape'],
  ])('%j is %s', (sent, name) => {
    expect(keysOf(sent)).toEqual([name]);
  });

  test('What comes at once is one text up to the next key', () => {
    expect(keysOf('hello 世界\rnext')).toEqual(['text:hello 世界', 'enter', 'text:next']);
  });

  test('A sequence may come in pieces', () => {
    expect(keysOf('\u001b', '[', '5~x')).toEqual(['page-up', 'text:x']);
  });

  test('Escape and a letter in a hurry are two keys', () => {
    expect(keysOf('\u001bl')).toEqual(['escape', 'text:l']);
    expect(keysOf('\u001b\u001b[A')).toEqual(['escape', 'up']);
  });

  test('What nobody knows does nothing', () => {
    expect(keysOf('\u001b[99;1~a', '\u001b[?62;c', 'b')).toEqual(['text:a', 'text:b']);
  });

  test('What is pasted is one text, its line ends and sequences included', () => {
    expect(keysOf('a\u001b[200~one\rtwo', '\u001b[A\u001b[201~b')).toEqual([
      'text:a',
      'paste:one\rtwo\u001b[A',
      'text:b',
    ]);
  });
});
