import { ErrorCode, INLINE_IMAGE_TYPES, type MessageSendFrame, parseInlineImage } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { AgentImage } from '../agents/agent.ts';
import type { StoredMessage } from '../history/stored-message.ts';
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

const MAX_IMAGES = 16;
const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  apng: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
};

/** Keeps the images of messages as files of the media store. */
export function createMessageMedia(media: MediaStore, log: FastifyBaseLogger): MessageMedia {
  const storeOne = async (dataUrl: string): Promise<string | undefined> => {
    const parsed = parseInlineImage(dataUrl);
    if (!parsed.ok) return undefined;
    const stored = await media.put(Buffer.from(parsed.image.base64, 'base64'));
    if (typeOfId(stored.id) !== undefined) return stored.url;
    await media.delete(stored.id);
    return undefined;
  };
  return {
    async store({ media: images }) {
      if (images.length > MAX_IMAGES) return refuse(`A message may have ${MAX_IMAGES} images.`);
      const urls: string[] = [];
      try {
        for (const [index, image] of images.entries()) {
          const url = await storeOne(image);
          if (url === undefined) return refuse(`Image ${index + 1} is not one of ${INLINE_IMAGE_TYPES.join(', ')}.`);
          urls.push(url);
        }
        return { ok: true, urls };
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

const refuse = (message: string): StoredImages => ({ ok: false, code: ErrorCode.invalidMedia, message });
