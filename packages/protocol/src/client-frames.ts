import { Attachment } from './attachment.ts';
import { envelope } from './envelope.ts';
import { parseInlineImage } from './inline-image.ts';
import { z } from './zod.ts';

const reasons = {
  not_a_data_url: 'Media must be data URLs with base64.',
  unsupported_type: 'Media must be a PNG, JPEG, GIF, WebP or BMP image.',
  not_base64: 'Media is not valid base64.',
  too_large: 'An image is larger than 20 MiB.',
} as const;

const inlineImage = z.string().check((context) => {
  const result = parseInlineImage(context.value);
  // The value itself stays out of the issue: it may be 27 MB.
  if (!result.ok) context.issues.push({ code: 'custom', message: reasons[result.reason], input: undefined });
});

// Existing clients send one string, a list of strings, or objects with either key.
const mediaItem = z.union([z.string(), z.object({ url: z.string() }), z.object({ data_url: z.string() })]);
const media = z.pipe(
  z.pipe(
    z.union([z.array(mediaItem), mediaItem]),
    z.transform((value) =>
      (Array.isArray(value) ? value : [value]).map((item) =>
        typeof item === 'string' ? item : 'url' in item ? item.url : item.data_url,
      ),
    ),
  ),
  z.array(inlineImage),
);

// A stored file or an inline image, never another address: nobody gets to make the gateway fetch things.
const storedFile = /^(?:\/[\w~-][\w.~-]*)*\/pico\/media\/[\w-][\w.-]*$/;
const attachment = z.extend(Attachment, {
  url: z.string().check(
    z.refine((url) => storedFile.test(url) || parseInlineImage(url).ok, {
      error: 'An attachment must be a stored file or an inline image.',
    }),
  ),
});

const messagePayload = z._default(
  z.object({
    content: z._default(z.string(), ''),
    media: z._default(media, []),
    attachments: z._default(z.array(attachment), []),
  }),
  { content: '', media: [], attachments: [] },
);

const MessageSendFrame = z.object({ ...envelope, type: z.literal('message.send'), payload: messagePayload });
const MediaSendFrame = z.object({ ...envelope, type: z.literal('media.send'), payload: messagePayload });
const MessageCancelFrame = z.object({
  ...envelope,
  type: z.literal('message.cancel'),
  payload: z._default(z.object({ message_id: z.optional(z.string()) }), {}),
});
const PingFrame = z.object({ ...envelope, type: z.literal('ping') });

export type MessageSendFrame = z.infer<typeof MessageSendFrame>;
export type MediaSendFrame = z.infer<typeof MediaSendFrame>;
export type MessageCancelFrame = z.infer<typeof MessageCancelFrame>;
export type PingFrame = z.infer<typeof PingFrame>;

/** What a client may say, as it is after parsing: `media` and `attachments` are always lists. */
export const ClientFrame = z.discriminatedUnion('type', [
  MessageSendFrame,
  MediaSendFrame,
  MessageCancelFrame,
  PingFrame,
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

/** What a client may say, as it may be written: everything with a default may be left out. */
export type ClientFrameInput = z.input<typeof ClientFrame>;

/** The `type` of every client frame. */
export const clientFrameTypes: readonly string[] = ClientFrame.def.options.flatMap(
  (option) => option.shape.type.def.values,
);
