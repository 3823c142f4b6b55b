/** Lines on their way to something for which each write costs more than its text. */
export interface LineBatch {
  /** What waits here, in characters. */
  readonly length: number;
  /** Takes a line with its end. */
  write(line: string): void;
  /** Passes on what has come so far. */
  flush(): void;
}

/** Nobody who reads along notices. */
const WAIT_MS = 10;

/** Passes on at once what comes within ten milliseconds: under load a hundred lines cost little more than one. */
export function createLineBatch(pass: (text: string) => void, waitMs = WAIT_MS): LineBatch {
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const text = waiting;
    waiting = '';
    if (text !== '') pass(text);
  };
  return {
    get length() {
      return waiting.length;
    },
    write(line) {
      waiting += line;
      timer ??= setTimeout(flush, waitMs);
    },
    flush,
  };
}
