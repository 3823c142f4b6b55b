import { z } from './zod.ts';

/** A file named beside a message: an inline image or a stored file of `/pico/media/`, by its `url`. */
export const Attachment = z.object({
  url: z.string(),
  type: z.optional(z.string()),
  filename: z.optional(z.string()),
  content_type: z.optional(z.string()),
  size: z.optional(z.number()),
});
export type Attachment = z.infer<typeof Attachment>;
