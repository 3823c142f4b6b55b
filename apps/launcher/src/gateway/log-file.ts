import { createLineBatch, logFileStream } from '@picoclaw/log';

/** A rotating log file that is open only while somebody writes, since it may be somebody else's turn to keep it. */
export interface LogFile {
  write(line: string): void;
  /** Ends what is open; writing opens it again. */
  release(): Promise<void>;
}

interface LogFileOptions {
  readonly folder: string;
  readonly name: string;
  /** Told once of a file that cannot be written, and each time lines begin to be left out. */
  readonly onError: (error: Error) => void;
}

/** What may wait for a disk that is slower than the gateway prints; beyond that the file has a hole. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** A disk that hangs must not keep the launcher from ending. */
const CLOSE_WITHIN_MS = 500;

/** A file of whole lines whose memory is bounded, however slow the disk is. */
export function createLogFile({ folder, name, onError }: LogFileOptions): LogFile {
  let stream: ReturnType<typeof logFileStream> | undefined;
  let isBehind = false;
  const batch = createLineBatch((text) => {
    stream ??= logFileStream(folder, name, onError);
    stream.write(text);
  });
  return {
    write(line) {
      const wasBehind = isBehind;
      const waiting = batch.length + (stream?.writableLength ?? 0);
      isBehind = waiting > (wasBehind ? MAX_WAITING_BYTES / 2 : MAX_WAITING_BYTES);
      if (!isBehind) batch.write(`${line}\n`);
      else if (!wasBehind) onError(new Error('the disk is slower than the gateway prints: lines are left out'));
    },
    async release() {
      batch.flush();
      const open = stream;
      stream = undefined;
      if (open === undefined || open.destroyed) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, CLOSE_WITHIN_MS);
        open.end(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}
