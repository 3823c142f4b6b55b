import { expect, test } from 'vitest';
import { createLineReader } from '../src/lines.ts';

function read(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const reader = createLineReader((line) => lines.push(line), 10);
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  reader.end();
  return lines;
}

test.each([
  ['several lines in one chunk', ['a\nb\nc\n'], ['a', 'b', 'c']],
  ['one line over several chunks', ['he', 'll', 'o\n'], ['hello']],
  ['line ends of Windows', ['a\r\nb\r\n'], ['a', 'b']],
  ['a last line without an end', ['a\nb'], ['a', 'b']],
  ['empty lines', ['a\n\nb\n'], ['a', '', 'b']],
])('%s are cut', (_name, chunks, lines) => {
  expect(read(...chunks)).toEqual(lines);
});

test('a letter that is torn over two chunks stays whole', () => {
  const bytes = Buffer.from('grün\n');
  expect(read(bytes.subarray(0, 3), bytes.subarray(3))).toEqual(['grün']);
});

test('of a line without end only the beginning is kept', () => {
  expect(read(...Array.from({ length: 1_000 }, () => 'x'.repeat(1_000)), '\nnext\n')).toEqual(['x'.repeat(10), 'next']);
});
