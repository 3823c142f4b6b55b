export { Attachment } from './attachment.ts';
export type {
  ClientFrameInput,
  MediaSendFrame,
  MessageCancelFrame,
  MessageSendFrame,
  PingFrame,
} from './client-frames.ts';
export { ClientFrame, clientFrameTypes } from './client-frames.ts';
export { CloseCode, CloseReason, mayReconnect } from './close-code.ts';
export { encodeFrame } from './encode-frame.ts';
export { ErrorCode } from './error-code.ts';
export type { HubErrorFrame, HubEventFrame, ProcessOutputFrame, ProcessStatusFrame } from './hub-frames.ts';
export { ChannelName, HubClientFrame, HubServerFrame, ProcessId } from './hub-frames.ts';
export type { InlineImage, InlineImageResult } from './inline-image.ts';
export { INLINE_IMAGE_TYPES, MAX_INLINE_IMAGE_BYTES, parseInlineImage } from './inline-image.ts';
export type { ClientFrameResult } from './parse-client-frame.ts';
export { parseClientFrame } from './parse-client-frame.ts';
export type { HubClientFrameResult } from './parse-hub-frame.ts';
export { parseHubClientFrame, parseHubServerFrame } from './parse-hub-frame.ts';
export type { ServerFrameResult } from './parse-server-frame.ts';
export { parseServerFrame } from './parse-server-frame.ts';
export { AFTER_PARAMETER, PicoPath, SESSION_PARAMETER } from './pico-path.ts';
export type {
  AckFrame,
  ErrorFrame,
  HelloFrame,
  MediaCreateFrame,
  MessageCreateFrame,
  MessageDeleteFrame,
  MessageUpdateFrame,
  PongFrame,
  ResyncFrame,
  TypingStartFrame,
  TypingStopFrame,
} from './server-frames.ts';
export { ServerFrame, serverFrameTypes } from './server-frames.ts';
export { isSubprotocolSafe, Subprotocol, selectSubprotocol, tokenSubprotocol } from './subprotocol.ts';
