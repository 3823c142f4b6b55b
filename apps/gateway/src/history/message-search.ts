import { linesForward, openToRead } from './lines.ts';
import { isMessage, parseLine } from './stored-message.ts';

/** Says whether a message of the file has the text in it, in whatever case; at most so many bytes are read. */
export async function fileHasText(
  path: string,
  text: string,
  maxBytes: number,
): Promise<{ readonly isFound: boolean; readonly bytes: number }> {
  const wanted = text.toLowerCase();
  const handle = await openToRead(path);
  if (handle === undefined) return { isFound: false, bytes: 0 };
  let bytes = 0;
  try {
    for await (const { text: lineText, end } of linesForward(handle, 0)) {
      bytes = end;
      const line = parseLine(lineText);
      if (isMessage(line) && line.content.toLowerCase().includes(wanted)) return { isFound: true, bytes };
      if (bytes >= maxBytes) break;
    }
    return { isFound: false, bytes };
  } finally {
    await handle.close();
  }
}
