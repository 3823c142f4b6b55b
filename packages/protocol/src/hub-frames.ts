import { z } from './zod.ts';

// A client counts its requests with `ref`; the reply names it. A request without `ref` gets no `ack`.
const ref = z.optional(z.union([z.string().check(z.maxLength(256)), z.number()]));

/** 1–256 characters of `A-Z a-z 0-9 _ - . :`. */
export const ChannelName = z.string().check(z.regex(/^[\w.:-]{1,256}$/));
/** As a channel name, at most 128 characters and without `:`, which sets it off in `process:<id>`. */
export const ProcessId = z.string().check(z.regex(/^[\w.-]{1,128}$/));

const HubHelloFrame = z.object({
  type: z.literal('hello'),
  ref,
  session: z.optional(z.string().check(z.maxLength(64))),
});
// `data` is where clients of other hubs name the channel; `channel` is preferred.
const target = { channel: z.optional(z.string()), data: z.optional(z.unknown()) };
const SubscribeFrame = z.object({
  type: z.literal('subscribe'),
  ref,
  ...target,
  after: z.optional(z.string().check(z.maxLength(256))),
});
const UnsubscribeFrame = z.object({ type: z.literal('unsubscribe'), ref, ...target });
const SendFrame = z.object({
  type: z.literal('send'),
  ref: z.union([z.string().check(z.maxLength(256)), z.number()]),
  channel: z.string(),
  data: z.optional(z.unknown()),
});
const HubPingFrame = z.object({ type: z.literal('ping'), ref });
const HubClientPongFrame = z.object({ type: z.literal('pong') });

/** What a client may say to a hub (hub-client.md); one WebSocket message is one JSON object. */
export const HubClientFrame = z.discriminatedUnion('type', [
  HubHelloFrame,
  SubscribeFrame,
  UnsubscribeFrame,
  SendFrame,
  HubPingFrame,
  HubClientPongFrame,
]);
export type HubClientFrame = z.infer<typeof HubClientFrame>;

// `id` is opaque: the one to name in `after`; `time` is Unix ms, stamped by the server. Without `channel` it went to all.
const publication = { channel: z.optional(z.string()), id: z.string(), time: z.number() };

const HubEventFrame = z.object({ type: z.literal('event'), ...publication, data: z.optional(z.unknown()) });
const ProcessOutputFrame = z.object({
  type: z.literal('process_output'),
  ...publication,
  processId: z.string(),
  data: z.string(),
  // The line's number, where the output can also be read in pages.
  offset: z.optional(z.int()),
});
const ProcessStatusFrame = z.object({
  type: z.literal('process_status'),
  ...publication,
  processId: z.string(),
  data: z.object({ status: z.string(), exitCode: z.nullable(z.int()) }),
});
/** A refused request (`ref` names it), or, with `id`, an error that was published to all. */
const HubErrorFrame = z.object({
  type: z.literal('error'),
  ref,
  channel: z.optional(z.string()),
  id: z.optional(z.string()),
  time: z.optional(z.number()),
  code: z.string(),
  message: z.string(),
});
const WelcomeFrame = z.object({ type: z.literal('welcome'), ref, session: z.string(), heartbeatMs: z.number() });
// Of a subscription `id` is where it begins: the newest one that will not be sent, for `after` before a first message.
const HubAckFrame = z.object({
  type: z.literal('ack'),
  ref,
  channel: z.optional(z.string()),
  id: z.optional(z.string()),
});
const GapFrame = z.object({ type: z.literal('gap'), channel: z.string() });
const HubPongFrame = z.object({ type: z.literal('pong'), ref, time: z.optional(z.number()) });
const HubServerPingFrame = z.object({ type: z.literal('ping') });

export type HubEventFrame = z.infer<typeof HubEventFrame>;
export type ProcessOutputFrame = z.infer<typeof ProcessOutputFrame>;
export type ProcessStatusFrame = z.infer<typeof ProcessStatusFrame>;
export type HubErrorFrame = z.infer<typeof HubErrorFrame>;

/** What a hub says to a client. */
export const HubServerFrame = z.discriminatedUnion('type', [
  HubEventFrame,
  ProcessOutputFrame,
  ProcessStatusFrame,
  HubErrorFrame,
  WelcomeFrame,
  HubAckFrame,
  GapFrame,
  HubPongFrame,
  HubServerPingFrame,
]);
export type HubServerFrame = z.infer<typeof HubServerFrame>;
