/** The media types of inline images; anything that a browser could run (SVG, HTML) is not among them. */
export const INLINE_IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp'] as const;

/** The largest inline image, decoded. */
export const MAX_INLINE_IMAGE_BYTES = 20 * 1024 * 1024;

/** An inline image that passed the checks: its media type, its base64 text and its decoded size. */
export interface InlineImage {
  mediaType: (typeof INLINE_IMAGE_TYPES)[number];
  base64: string;
  bytes: number;
}

/** What {@link parseInlineImage} says of a text. */
export type InlineImageResult =
  | { ok: true; image: InlineImage }
  | { ok: false; reason: 'not_a_data_url' | 'unsupported_type' | 'not_base64' | 'too_large' };

const prefix = /^data:([a-z0-9.+/-]{1,64});base64,/i;
// A search for one wrong character: a greedy /^[A-Za-z0-9+/]+$/ keeps a backtrack entry per character of a 27 MB text.
const notBase64 = /[^A-Za-z0-9+/]/;

/** Checks a data URL of gateway.md "Pico protocol" and computes its decoded size without decoding it. */
export function parseInlineImage(url: string): InlineImageResult {
  const match = prefix.exec(url);
  if (match?.[1] === undefined) return { ok: false, reason: 'not_a_data_url' };
  const mediaType = INLINE_IMAGE_TYPES.find((type) => type === match[1]?.toLowerCase());
  if (mediaType === undefined) return { ok: false, reason: 'unsupported_type' };

  const base64 = url.slice(match[0].length);
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  const length = base64.length - padding;
  const bytes = Math.floor((length * 3) / 4);
  if (bytes > MAX_INLINE_IMAGE_BYTES) return { ok: false, reason: 'too_large' };
  const wholeGroups = padding === 0 ? length % 4 !== 1 : base64.length % 4 === 0;
  if (length === 0 || !wholeGroups || notBase64.test(base64.slice(0, length)))
    return { ok: false, reason: 'not_base64' };
  return { ok: true, image: { mediaType, base64, bytes } };
}
