import { Attachment } from './attachment.ts';
import { envelope } from './envelope.ts';
import { z } from './zod.ts';

// `seq` (pico.v2): 1, 2, 3 … per session, on every frame after `hello`.
const serverEnvelope = { ...envelope, seq: z.optional(z.int()) };
const noPayload = <Type extends string>(type: Type) => z.object({ ...serverEnvelope, type: z.literal(type) });

const messageDetails = {
  message_id: z.string(),
  // `thought` or `tool_calls`; open to what a newer server knows: an answer is never dropped for its label.
  kind: z.optional(z.string()),
  model_name: z.optional(z.string()),
  placeholder: z.optional(z.boolean()),
  // The answer ends here because the person wished it.
  cancelled: z.optional(z.boolean()),
  tool_calls: z.optional(z.array(z.unknown())),
  attachments: z.optional(z.array(Attachment)),
  context_usage: z.optional(z.record(z.string(), z.unknown())),
};

const MessageCreateFrame = z.object({
  ...serverEnvelope,
  type: z.literal('message.create'),
  payload: z.object({ ...messageDetails, content: z._default(z.string(), '') }),
});
const MessageUpdateFrame = z.object({
  ...serverEnvelope,
  type: z.literal('message.update'),
  payload: z.object({ ...messageDetails, content: z.string() }),
});
const MediaCreateFrame = z.object({
  ...serverEnvelope,
  type: z.literal('media.create'),
  payload: z.object({ ...messageDetails, content: z._default(z.string(), '') }),
});
const MessageDeleteFrame = z.object({
  ...serverEnvelope,
  type: z.literal('message.delete'),
  payload: z.object({ message_id: z.string() }),
});
const ErrorFrame = z.object({
  ...serverEnvelope,
  type: z.literal('error'),
  payload: z.object({ code: z.string(), message: z.string(), request_id: z.optional(z.string()) }),
});
const TypingStartFrame = noPayload('typing.start');
const TypingStopFrame = noPayload('typing.stop');
const PongFrame = noPayload('pong');
const HelloFrame = z.object({
  ...serverEnvelope,
  type: z.literal('hello'),
  payload: z.object({ session_id: z.string(), instance_id: z.string(), seq: z.int() }),
});
const AckFrame = z.object({
  ...serverEnvelope,
  type: z.literal('ack'),
  payload: z.object({ id: z.string(), message_id: z.string() }),
});
const ResyncFrame = z.object({
  ...serverEnvelope,
  type: z.literal('resync'),
  payload: z._default(z.object({ seq: z.optional(z.int()) }), {}),
});

export type MessageCreateFrame = z.infer<typeof MessageCreateFrame>;
export type MessageUpdateFrame = z.infer<typeof MessageUpdateFrame>;
export type MediaCreateFrame = z.infer<typeof MediaCreateFrame>;
export type MessageDeleteFrame = z.infer<typeof MessageDeleteFrame>;
export type ErrorFrame = z.infer<typeof ErrorFrame>;
export type TypingStartFrame = z.infer<typeof TypingStartFrame>;
export type TypingStopFrame = z.infer<typeof TypingStopFrame>;
export type PongFrame = z.infer<typeof PongFrame>;
export type HelloFrame = z.infer<typeof HelloFrame>;
export type AckFrame = z.infer<typeof AckFrame>;
export type ResyncFrame = z.infer<typeof ResyncFrame>;

/** What the server may say in a session; `hello`, `ack`, `resync` and `seq` belong to `pico.v2`. */
export const ServerFrame = z.discriminatedUnion('type', [
  MessageCreateFrame,
  MessageUpdateFrame,
  MediaCreateFrame,
  MessageDeleteFrame,
  ErrorFrame,
  TypingStartFrame,
  TypingStopFrame,
  PongFrame,
  HelloFrame,
  AckFrame,
  ResyncFrame,
]);
export type ServerFrame = z.infer<typeof ServerFrame>;

/** The `type` of every server frame. */
export const serverFrameTypes: readonly string[] = ServerFrame.def.options.flatMap(
  (option) => option.shape.type.def.values,
);
