import { type ErrorCode, type MessageSendFrame, parseInlineImage } from '@picoclaw/protocol';
import type { AgentImage } from '../agents/agent.ts';
import type { StoredMessage } from '../history/stored-message.ts';

/** What became of the images that came inside a message. */
export type StoredImages =
  | { readonly ok: true; readonly urls: readonly string[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Where the images of messages are kept. */
export interface MessageMedia {
  /** Stores inline images and answers with the addresses of what was stored; never rejects. */
  store(payload: MessageSendFrame['payload']): Promise<StoredImages>;
  /** The images of a stored message, for an agent that looks at them. */
  imagesOf(message: StoredMessage): readonly AgentImage[];
}

export function createMessageMedia(): MessageMedia {
  return {
    store: async ({ media }) => ({ ok: true, urls: media }),
    imagesOf: ({ media = [] }) =>
      media.flatMap((url) => {
        const parsed = parseInlineImage(url);
        if (!parsed.ok) return [];
        const { mediaType, base64 } = parsed.image;
        return [{ mediaType, load: async () => Buffer.from(base64, 'base64') }];
      }),
  };
}
