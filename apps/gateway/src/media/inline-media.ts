import { type Attachment, ErrorCode, INLINE_IMAGE_TYPES, parseInlineImage } from '@picoclaw/protocol';
import type { MediaStore, StoredMedia } from './media-store.ts';

/** What became of the images that came inside a message. */
export type InlineMedia =
  | { readonly ok: true; readonly urls: readonly string[]; readonly attachments: readonly Attachment[] }
  | { readonly ok: false; readonly code: typeof ErrorCode.invalidMedia; readonly message: string };

const MAX_IMAGES = 16;
const MAX_BYTES = 64 * 1024 ** 2;
const IMAGES: readonly string[] = INLINE_IMAGE_TYPES;

/**
 * Stores the data URLs of one message: all of them or none. Their type is what their bytes say, and must be one of an
 * inline image. Rejects with a MediaError when the disk fails.
 */
export async function storeInlineMedia(dataUrls: readonly string[], store: MediaStore): Promise<InlineMedia> {
  if (dataUrls.length > MAX_IMAGES) return refuse(`A message may have ${MAX_IMAGES} images.`);
  const texts: string[] = [];
  let bytes = 0;
  for (const [index, dataUrl] of dataUrls.entries()) {
    const parsed = parseInlineImage(dataUrl);
    if (!parsed.ok) return refuse(notAnImage(index));
    texts.push(parsed.image.base64);
    bytes += parsed.image.bytes;
  }
  if (bytes > MAX_BYTES) return refuse(`The images of a message may have ${MAX_BYTES / 1024 ** 2} MiB together.`);

  const stored: StoredMedia[] = [];
  try {
    for (const [index, base64] of texts.entries()) {
      const file = await store.put(Buffer.from(base64, 'base64'));
      stored.push(file);
      if (isShownImage(file)) continue;
      await removeAll(stored, store);
      return refuse(notAnImage(index));
    }
  } catch (error) {
    await removeAll(stored, store);
    throw error;
  }
  return { ok: true, urls: stored.map(({ url }) => url), attachments: stored.map(attachmentOf) };
}

/** A stored file as it is named beside a message, in `message.create` and `media.create`. */
export const attachmentOf = (file: StoredMedia): Attachment => ({
  url: file.url,
  type: isShownImage(file) ? 'image' : 'file',
  content_type: file.mediaType,
  size: file.size,
  ...(file.filename !== undefined && { filename: file.filename }),
});

/** Whether a page may show it in its place: a raster image. Anything else is downloaded, so that no file can act as a page. */
export const isShownImage = ({ mediaType }: Pick<StoredMedia, 'mediaType'>): boolean => IMAGES.includes(mediaType);

const removeAll = (files: readonly StoredMedia[], store: MediaStore) =>
  Promise.all(files.map(({ id }) => store.delete(id).catch(() => undefined)));

const notAnImage = (index: number) => `Image ${index + 1} is not one of ${INLINE_IMAGE_TYPES.join(', ')}.`;

const refuse = (message: string): InlineMedia => ({ ok: false, code: ErrorCode.invalidMedia, message });
