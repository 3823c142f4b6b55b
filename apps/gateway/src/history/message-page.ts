import { linesBackward, openToRead } from './lines.ts';
import { isMessage, messageOf, parseLine, type StoredMessage } from './stored-message.ts';

/** Some messages of a session, oldest first. */
export interface HistoryPage {
  readonly messages: readonly StoredMessage[];
  /** Names the page before this one; undefined when there is none. */
  readonly before: number | undefined;
  /** The number of the last frame that is known to belong to these messages or earlier ones. */
  readonly seq: number;
}

/** Reads a page from its end, so that the last one of a long session costs as little as that of a short one. */
export async function readMessagePage(
  path: string,
  { before, limit }: { readonly before?: number; readonly limit: number },
): Promise<HistoryPage | undefined> {
  const handle = await openToRead(path);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    const messages: StoredMessage[] = [];
    let seq = 0;
    const end = Math.min(before ?? size, size);
    let first = end;
    for await (const { text, start } of linesBackward(handle, end)) {
      const line = parseLine(text);
      if (!isMessage(line)) continue;
      if (messages.length === limit) return { messages: messages.reverse(), before: first, seq };
      messages.push(messageOf(line));
      seq = Math.max(seq, line.seq ?? 0);
      first = start;
    }
    return { messages: messages.reverse(), before: undefined, seq };
  } finally {
    await handle.close();
  }
}
