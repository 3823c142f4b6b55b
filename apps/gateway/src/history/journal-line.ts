import type { ServerFrame } from '@picoclaw/protocol';

/** A server frame before it belongs to a session and has its number. */
export type JournalFrame = DistributiveOmit<ServerFrame, 'session_id' | 'seq'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A frame and its number. */
export interface NumberedFrame {
  readonly seq: number;
  readonly frame: JournalFrame;
}

/** How many numbers are left out when it is not known how many were given out: no session tells so many in between. */
export const UNKNOWN_NUMBERS = 10_000;

/**
 * A line of the journal: a frame (`f`), an update that only adds to a text (`d`), or a beginning in which numbers up to
 * `n` may have been given out that nobody knows (`boot`).
 */
export interface JournalLine {
  readonly n: number;
  readonly t?: number;
  readonly f?: JournalFrame;
  readonly d?: { readonly id: string; readonly add: string };
  readonly boot?: string;
}

/**
 * A frame as a line without its number. An update has the full text; only what it adds to what `growing` knows is
 * written, so that a long answer does not cost its square.
 */
export function shortened(frame: JournalFrame, growing: Map<string, string>): Omit<JournalLine, 'n'> {
  if (!isText(frame)) return { f: frame };
  const { message_id: id, content, ...more } = frame.payload;
  const before = growing.get(id);
  growing.set(id, content);
  const isOnlyMore = frame.type === 'message.update' && Object.keys(more).length === 0;
  if (!isOnlyMore || before === undefined || !content.startsWith(before)) return { f: frame };
  const t = frame.timestamp;
  return { ...(t !== undefined && { t }), d: { id, add: content.slice(before.length) } };
}

/** Makes whole frames of lines that only add to a text; none where a part of that text is missing. */
export function createTextReader() {
  const texts = new Map<string, string>();
  let last: number | undefined;
  return {
    read({ n, f, d, t, boot }: JournalLine): JournalFrame | undefined {
      if (boot !== undefined || n - 1 !== last) texts.clear();
      last = n;
      if (d !== undefined) {
        const before = texts.get(d.id);
        if (before === undefined) return undefined;
        const content = before + d.add;
        texts.set(d.id, content);
        return {
          type: 'message.update',
          payload: { message_id: d.id, content },
          ...(t !== undefined && { timestamp: t }),
        };
      }
      if (f?.type === 'typing.stop') texts.clear();
      if (f !== undefined && isText(f)) texts.set(f.payload.message_id, f.payload.content);
      return f;
    },
  };
}

type TextFrame = Extract<JournalFrame, { type: 'message.create' | 'message.update' }>;
/** Whether a frame says a text so far. */
export const isText = (frame: JournalFrame): frame is TextFrame =>
  frame.type === 'message.create' || frame.type === 'message.update';
