import { ErrorCode, type MessageSendFrame } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { AgentImage } from '../agents/agent.ts';
import type { StoredMessage } from '../history/stored-message.ts';
import { storeInlineMedia } from '../media/inline-media.ts';
import { type MediaStore, mediaIdOf } from '../media/media-store.ts';

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

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
};

/** Keeps the images of messages as files of the media store. */
export function createMessageMedia(media: MediaStore, log: FastifyBaseLogger): MessageMedia {
  return {
    async store({ media: images }) {
      try {
        return await storeInlineMedia(images, media);
      } catch (error) {
        log.error({ code: ErrorCode.storageFailed, err: error }, 'an image could not be stored');
        return {
          ok: false,
          code: ErrorCode.storageFailed,
          message: 'The image could not be stored: is the disk full?',
        };
      }
    },
    imagesOf({ media: urls = [], attachments = [] }) {
      return [...urls, ...attachments.map(({ url }) => url)].flatMap((url): AgentImage[] => {
        const id = mediaIdOf(url);
        const mediaType = id && typeOfId(id);
        if (id === undefined || mediaType === undefined) return [];
        return [{ mediaType, load: async () => (await media.read(id)) ?? Buffer.alloc(0) }];
      });
    },
  };
}

const typeOfId = (id: string): string | undefined => TYPES[id.split('.')[1] ?? ''];
