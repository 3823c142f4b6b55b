import { StringDecoder } from 'node:string_decoder';
import { MAX_LINE_CHARACTERS } from './safe-line.ts';

/** Cuts what a process prints into lines. */
export interface LineReader {
  push(chunk: Buffer): void;
  /** The last line may have no end. */
  end(): void;
}

/** Memory stays bounded whatever is printed: of a longer line the beginning is kept, one more than will be shown. */
export function createLineReader(onLine: (line: string) => void, maxCharacters = MAX_LINE_CHARACTERS + 1): LineReader {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string) => {
    const lines = text.split('\n');
    for (const [index, piece] of lines.entries()) {
      rest += piece.slice(0, maxCharacters - rest.length);
      if (index === lines.length - 1) return;
      onLine(rest.replace(/\r$/, ''));
      rest = '';
    }
  };
  return {
    push: (chunk) => take(decoder.write(chunk)),
    end() {
      take(decoder.end());
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
