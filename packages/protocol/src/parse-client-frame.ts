import { ClientFrame, clientFrameTypes } from './client-frames.ts';
import { ErrorCode } from './error-code.ts';
import { isHostile, type JsonObject, parseJsonObject, withoutNulls } from './json-object.ts';

/** A frame, or what an `error` frame should say: `id` is the refused frame's own, for its `request_id`. */
export type ClientFrameResult =
  | { ok: true; frame: ClientFrame }
  | {
      ok: false;
      code: 'invalid_message' | 'unknown_type' | 'empty_content' | 'invalid_media';
      message: string;
      id?: string;
    };

type Refusal = Extract<ClientFrameResult, { ok: false }>;

const maxEchoCharacters = 64;

/** Reads one text message of a client as a Pico frame (gateway.md); members it does not know are dropped in silence. */
export function parseClientFrame(text: string): ClientFrameResult {
  const parsed = parseJsonObject(text);
  if (parsed === undefined) return refuse(ErrorCode.invalidMessage, 'The message is not a JSON object.');
  if (isHostile(parsed)) return refuse(ErrorCode.invalidMessage, 'The message has a forbidden key or nests too deep.');

  const object = withoutNulls(parsed);
  const { type } = object;
  if (typeof type !== 'string') return refuse(ErrorCode.invalidMessage, 'The message has no type.', object);
  if (!clientFrameTypes.includes(type)) {
    return refuse(ErrorCode.unknownType, `Unknown message type: ${type.slice(0, maxEchoCharacters)}`, object);
  }

  const result = ClientFrame.safeParse(object);
  if (!result.success) return refuseIssue(result.error.issues, object);
  const frame = result.data;
  return isEmpty(frame) ? refuse(ErrorCode.emptyContent, 'The message has no content.', object) : { ok: true, frame };
}

function isEmpty(frame: ClientFrame): boolean {
  if (frame.type !== 'message.send' && frame.type !== 'media.send') return false;
  const { content, media, attachments } = frame.payload;
  return content.trim() === '' && media.length === 0 && attachments.length === 0;
}

function refuseIssue(
  issues: readonly { path: PropertyKey[]; message: string; code: string }[],
  object: JsonObject,
): Refusal {
  const inMedia = ({ path }: { path: PropertyKey[] }) =>
    path[0] === 'payload' && /^(media|attachments)$/.test(String(path[1]));
  const other = issues.find((issue) => !inMedia(issue));
  if (other !== undefined) {
    return refuse(ErrorCode.invalidMessage, `The message is not valid at ${other.path.map(String).join('.')}.`, object);
  }
  const own = issues.find((issue) => issue.code === 'custom')?.message;
  return refuse(ErrorCode.invalidMedia, own ?? 'Media must be a list of data URLs.', object);
}

function refuse(code: Refusal['code'], message: string, object: JsonObject = {}): Refusal {
  const { id } = object;
  const usable = typeof id === 'string' && id !== '' && id.length <= 256;
  return { ok: false, code, message, ...(usable ? { id } : {}) };
}
