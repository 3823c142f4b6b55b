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
  const painter = createPainter((text) => output.write(text), { size, cursor });
  const frames = frameStream(size(), painter.paint);
  const enter = () => {
    input.setRawMode(true);
    output.write(ENTERING);
    painter.repaint();
  };
  const resized = () => {
    Object.assign(frames, size());
    painter.forget();
    onResize(size());
  };
  // Stopped and continued: whoever had the terminal in between has set it as they like it.
  const continued = () => {
    input.setRawMode(false);
    enter();
  };
  output.on('resize', resized);
  process.on('SIGCONT', continued);
  enter();
  guard.arm();
  let isClosed = false;
  return {
    frames,
    repaint: painter.repaint,
    close() {
      if (isClosed) return;
      isClosed = true;
      painter.stop();
      output.off('resize', resized);
      process.off('SIGCONT', continued);
      writeNow(output.fd, RESTORING);
      if (!input.destroyed) input.setRawMode(false);
      guard.release();
    },
  };
}

interface PainterOptions {
  readonly size: () => Size;
  readonly cursor: () => CursorPosition | undefined;
}

/** Writes of each frame the rows that are other than before. */
function createPainter(write: (text: string) => void, { size, cursor }: PainterOptions) {
  let shown: readonly string[] = [];
  let wanted = '';
  let isStopped = false;
  const paint = (frame: string) => {
    if (isStopped) return;
    wanted = frame;
    const rows = wanted.split('\n').slice(0, size().rows);
    const changed = rows.flatMap((row, index) =>
      row === shown[index] ? [] : [`${at(index, 0)}${ESC}[2K${row}${ESC}[0m`],
    );
    const place = cursor();
    const end = place === undefined ? '' : `${at(place.row, place.column)}${ESC}[?25h`;
    shown = rows;
    write(`${FRAME_START}${changed.join('')}${ESC}[?7h${end}${FRAME_END}`);
  };
  const forget = () => {
    shown = [];
  };
  return {
    paint,
    forget,
    repaint() {
      forget();
      if (!isStopped) write(`${ESC}[0m${ESC}[2J`);
      paint(wanted);
    },
    stop() {
      isStopped = true;
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
