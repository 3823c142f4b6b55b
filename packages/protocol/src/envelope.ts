import { z } from './zod.ts';

/** The members that every Pico frame may carry beside `type` and `payload`; `timestamp` is Unix milliseconds. */
export const envelope = {
  id: z.optional(z.string().check(z.maxLength(256))),
  session_id: z.optional(z.string().check(z.maxLength(512))),
  timestamp: z.optional(z.number()),
};
