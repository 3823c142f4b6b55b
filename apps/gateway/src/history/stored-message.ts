import { Attachment } from '@picoclaw/protocol';
import { z } from 'zod';

/** One message of a conversation, as a line of its file; JSON names as the API has them. */
export const StoredMessage = z.object({
  role: z.enum(['user', 'assistant']),
  message_id: z.string(),
  /** What its client called it. */
  id: z.string().optional(),
  content: z.string(),
  /** Addresses of images, never the images themselves. */
  media: z.array(z.string()).readonly().optional(),
  attachments: z.array(Attachment).readonly().optional(),
  /** Unix ms. */
  time: z.number(),
  model_name: z.string().optional(),
  /** The `message_id` of the message that this one answers. */
  reply_to: z.string().optional(),
  cancelled: z.boolean().optional(),
  /** Why the answer is none, as the person was told. */
  error: z.string().optional(),
  thoughts: z.string().optional(),
  tool_calls: z.array(z.unknown()).readonly().optional(),
});
export type StoredMessage = Readonly<z.output<typeof StoredMessage>>;

/** With the number of the last frame at the time, which must not be given out again even without a journal. */
const MessageLine = StoredMessage.extend({ seq: z.number().int().optional() });
export type MessageLine = Readonly<z.output<typeof MessageLine>>;

/** The first line of a file. */
export interface HeaderLine {
  readonly v: 1;
  readonly session_id: string;
  /** ISO 8601. */
  readonly created: string;
}

/** Reads a line: a message, a header, or nothing that is either. */
export function parseLine(text: string): MessageLine | HeaderLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const message = MessageLine.safeParse(value);
  if (message.success) return message.data as MessageLine;
  const { v, session_id, created } = (value ?? {}) as Partial<HeaderLine>;
  return v === 1 && typeof session_id === 'string' && typeof created === 'string'
    ? { v, session_id, created }
    : undefined;
}

/** Whether a line is a message. */
export const isMessage = (line: MessageLine | HeaderLine | undefined): line is MessageLine =>
  line !== undefined && 'role' in line;

/** The message of a line. */
export function messageOf({ seq: _, ...message }: MessageLine): StoredMessage {
  return message;
}
