import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { guardTerminal, RESTORING } from './terminal-guard.ts';
import type { Size } from './tui-state.ts';

/** Where the cursor is shown, from 0. */
interface CursorPosition {
  readonly column: number;
  readonly row: number;
}

/** The whole terminal, for as long as this program has it. */
export interface TerminalScreen {
  /** Takes whole frames, one for each write: what ink is given as its output. */
  readonly frames: NodeJS.WriteStream;
  readonly size: () => Size;
  /** Writes everything again. */
  repaint(): void;
  /** Puts the terminal back as it was; safe to call again, and while the process ends. */
  close(): void;
}

interface ScreenOptions {
  readonly output: typeof process.stdout;
  readonly input: typeof process.stdin;
  readonly cursor: () => CursorPosition | undefined;
  /** The terminal has another size from now on. */
  readonly onResize: (size: Size) => void;
}

const ESC = '\u001b';
/** The alternate screen, empty; what is pasted comes between marks. */
const ENTERING = `${ESC}[?1049h${ESC}[2J${ESC}[?25l${ESC}[?2004h`;
/** One picture for the terminal, in which nothing wraps even where the terminal counts columns in another way. */
const FRAME_START = `${ESC}[?2026h${ESC}[?25l${ESC}[?7l`;
const FRAME_END = `${ESC}[?2026l`;

/**
 * Takes the terminal. Ink draws below the cursor and, where a frame fills the terminal, erases all of it with its
 * scrollback; so ink draws for a stream of ours, and here the rows that have changed are written to their places.
 */
export async function takeTerminal({ output, input, cursor, onResize }: ScreenOptions): Promise<TerminalScreen> {
  const guard = await guardTerminal(output.fd);
  const size = () => ({ columns: output.columns || 80, rows: output.rows || 24 });
  let shown: readonly string[] = [];
  let wanted = '';
  let isClosed = false;

  const paint = () => {
    if (isClosed) return;
    const rows = wanted.split('\n').slice(0, size().rows);
    const changed = rows.flatMap((row, index) =>
      row === shown[index] ? [] : [`${at(index, 0)}${ESC}[2K${row}${ESC}[0m`],
    );
    const place = cursor();
    const end = place === undefined ? '' : `${at(place.row, place.column)}${ESC}[?25h`;
    shown = rows;
    output.write(`${FRAME_START}${changed.join('')}${ESC}[?7h${end}${FRAME_END}`);
  };
  const repaint = () => {
    if (isClosed) return;
    shown = [];
    output.write(`${ESC}[0m${ESC}[2J`);
    paint();
  };
  const resized = () => {
    frames.columns = size().columns;
    frames.rows = size().rows;
    shown = [];
    onResize(size());
  };
  const enter = () => {
    input.setRawMode(true);
    output.write(ENTERING);
    repaint();
  };
  const frames = frameStream(size(), (frame) => {
    wanted = frame;
    paint();
  });
  output.on('resize', resized);
  // Stopped and continued: whoever had the terminal in between has set it as they like it.
  const continued = () => {
    input.setRawMode(false);
    enter();
  };
  process.on('SIGCONT', continued);
  enter();
  guard.arm();
  return {
    frames,
    size,
    repaint,
    close() {
      if (isClosed) return;
      isClosed = true;
      output.off('resize', resized);
      process.off('SIGCONT', continued);
      writeNow(output.fd, RESTORING);
      if (!input.destroyed) input.setRawMode(false);
      guard.release();
    },
  };
}

const at = (row: number, column: number): string => `${ESC}[${row + 1};${column + 1}H`;

/** At once: the process may be about to end. */
function writeNow(descriptor: number, text: string): void {
  try {
    writeSync(descriptor, text);
  } catch {
    // The terminal is gone, and with it what there was to put back.
  }
}

function frameStream({ columns, rows }: Size, onFrame: (frame: string) => void): NodeJS.WriteStream {
  const stream = new Writable({
    decodeStrings: false,
    write(frame: string, _encoding, done) {
      // Ink ends with an empty text.
      if (frame !== '') onFrame(frame);
      done();
    },
  });
  return Object.assign(stream, { columns, rows }) as unknown as NodeJS.WriteStream;
}
