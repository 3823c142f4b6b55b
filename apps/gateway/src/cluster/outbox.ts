import { type AppendFile, createAppendFile } from '../history/append-file.ts';
import { linesOf } from '../history/lines.ts';
import { parseEntry, type SharedEntry } from './redis-sessions.ts';

/** What was said while Redis was away, on the disk and in order, until it is handed in. */
export interface Outbox {
  readonly isEmpty: boolean;
  /** What is in it; what is added meanwhile is not among it. */
  entries(): readonly SharedEntry[];
  /** On the disk when it resolves; rejects with a HistoryError. */
  add(entry: SharedEntry): Promise<void>;
  /** Forgets the first so many. */
  shift(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens the outbox with what an earlier gateway of this home did not come to hand in. */
export async function openOutbox(path: string): Promise<Outbox> {
  const waiting: SharedEntry[] = [];
  let size = 0;
  for await (const { text, end } of linesOf(path)) {
    size = end;
    const entry = parseEntry(text);
    if (entry !== undefined) waiting.push(entry);
  }
  const file: AppendFile = createAppendFile(path, size);
  return {
    get isEmpty() {
      return waiting.length === 0;
    },
    entries: () => [...waiting],
    async add(entry) {
      await file.append(`${JSON.stringify(entry)}\n`, 'synced');
      waiting.push(entry);
    },
    async shift(count) {
      waiting.splice(0, count);
      await file.replace(async () => waiting.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    },
    close: () => file.close(),
  };
}
